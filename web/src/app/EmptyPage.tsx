import { useRef, useState } from "react";

import { api } from "../api/client";
import { useSay } from "../i18n";
import { loadProject, openWorkflow, setState, useStore } from "./store";

/** What to do when nothing is open: drop a file, take a study, or begin with nothing. */
export function EmptyPage() {
  const say = useSay();
  const project = useStore((s) => s.project);
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);

  const start = async (from: () => Promise<string>): Promise<void> => {
    try {
      const { file } = await api.create(await from());
      await loadProject();
      await openWorkflow(file);
    } catch (error) {
      setState({ error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  const bring = (files: FileList | null): void => {
    const file = files?.[0];
    if (file) void start(async () => `upload:${(await api.upload(file)).name}`);
  };

  return (
    <div className="empty">
      <h1>{say("empty.title")}</h1>
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
          e.preventDefault();
          setOver(false);
          bring(e.dataTransfer.files);
        }}
      >
        {say("empty.drop")}{" "}
        <button type="button" className="button" onClick={() => chooser.current?.click()}>
          {say("empty.choose")}
        </button>
        <input
          ref={chooser}
          type="file"
          hidden
          onChange={(e) => {
            bring(e.target.files);
          }}
        />
      </div>
      <p>{say("empty.study")}</p>
      <ul>
        {project?.studies.map((s) => (
          <li key={s.name}>
            <button type="button" className="button" onClick={() => void start(() => Promise.resolve(`study:${s.name}`))}>
              {s.name}
            </button>{" "}
            {s.title}
          </li>
        ))}
      </ul>
      <button type="button" className="button" onClick={() => void start(() => Promise.resolve("empty"))}>
        {say("empty.new")}
      </button>
    </div>
  );
}
