import { useSay } from "../i18n";
import { Dialog } from "../parts/Dialog";
import { KEYS } from "./keys";

export function KeyList({ onClose }: { onClose: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say("app.keys")} onClose={onClose} wide>
      <div className="key-list">
        {KEYS.map((group) => (
          <section key={group.title}>
            <h3>{say(group.title)}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={what}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{say(what)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

export function AboutDialog({ version, onClose }: { version: string; onClose: () => void }) {
  const say = useSay();
  return (
    <Dialog title="tenkai 展開" onClose={onClose}>
      <p>{say("about.what", { version })}</p>
      <p>{say("about.local")}</p>
      <p>
        <a href="licenses.txt" target="_blank" rel="noreferrer">
          {say("about.licenses")}
        </a>
      </p>
    </Dialog>
  );
}
