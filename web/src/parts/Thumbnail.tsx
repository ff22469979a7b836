import "./parts.css";

import { useState } from "react";

import { useSay } from "../i18n";

/** A figure as a small picture; where none comes, a word says so. */
export function Thumbnail({ address, alt }: { address: string; alt: string }) {
  const say = useSay();
  const [failed, setFailed] = useState("");
  if (failed === address) return <span className="thumbnail soft">{say("app.nopicture")}</span>;
  return (
    <img
      className="thumbnail"
      src={address}
      alt={alt}
      loading="lazy"
      onError={() => {
        setFailed(address);
      }}
    />
  );
}
