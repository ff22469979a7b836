import { useMemo, useRef, useState } from "react";

import { api } from "../api/client";
import { useSay } from "../i18n";
import { useTold } from "../i18n/told";
import { bringOne, bytes, start } from "./bring";
import { useStore } from "./store";

/** The ways to begin: bring a file, take a study, or begin with nothing. */
export function Start({ onStarted }: { onStarted?: () => void }) {
  const say = useSay();
  const told = useTold();
  const project = useStore((s) => s.project);
  const [over, setOver] = useState(false);
  const [text, setText] = useState("");
  const chooser = useRef<HTMLInputElement>(null);
  const studies = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return (project?.studies ?? []).filter((s) => {
      const all = `${s.name} ${s.title} ${told(s.title)} ${s.description}`.toLowerCase();
      return words.every((w) => all.includes(w));
    });
  }, [project, text, told]);
  const done = (well: boolean): void => {
    if (well) onStarted?.();
  };
  const take = (files: FileList | null, items?: DataTransferItemList): void => {
    void bringOne(files && [...files], items).then(done);
  };

  return (
    <>
      <div
        className="drop"
        data-over={over}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => {
          setOver(false);
        }}
        onDrop={(e) => {
          e.preventDefault(); // taken; the window hears it too, and takes its veil away
          setOver(false);
          take(e.dataTransfer.files, e.dataTransfer.items);
        }}
      >
        <p>
          {say("empty.drop")}{" "}
          <button type="button" className="button primary" onClick={() => chooser.current?.click()}>
            {say("empty.choose")}
          </button>
        </p>
        <p className="soft">{say("empty.what")}</p>
        <UploadBar />
        <input
          ref={chooser}
          type="file"
          hidden
          data-upload
          onChange={(e) => {
            take(e.target.files);
            e.target.value = "";
          }}
        />
      </div>
      <div className="start-line">
        <h2>{say("empty.study")}</h2>
        <input
          type="search"
          className="field"
          placeholder={say("empty.search")}
          aria-label={say("empty.search")}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
          }}
        />
        <span className="space" />
        <button type="button" className="button" onClick={() => void start(async () => (await api.create("empty")).file).then(done)}>
          {say("empty.new")}
        </button>
      </div>
      <ul className="studies">
        {studies.map((s) => (
          <li key={s.name}>
            <button type="button" className="study" data-study={s.name} onClick={() => void start(async () => (await api.create(`study:${s.name}`)).file).then(done)}>
              <strong>{told(s.title)}</strong>
              <code>{s.name}</code>
            </button>
          </li>
        ))}
        {project && studies.length === 0 && <li className="soft">{say("empty.none", { text })}</li>}
      </ul>
    </>
  );
}

/** How much of a file is sent; can be cancelled. */
export function UploadBar() {
  const say = useSay();
  const upload = useStore((s) => s.upload);
  if (!upload) return null;
  const share = upload.total > 0 ? upload.sent / upload.total : 0;
  return (
    <div className="upload" role="status">
      <span>
        {say(share < 1 ? "upload.sending" : "upload.making", { name: upload.name, done: bytes(upload.sent), total: bytes(upload.total) })}
      </span>
      <progress value={share} max={1} aria-label={upload.name} />
      <button type="button" className="button" onClick={upload.cancel} disabled={share >= 1}>
        {say("app.cancel")}
      </button>
    </div>
  );
}
