import { useSay } from "../../i18n";
import { type Player, SPEEDS } from "./usePlayer";

/** Move through the kept iterations: buttons, slider, keys. */
export function Scrubber({ player, iterations, text }: { player: Player; iterations: readonly number[]; text: string }) {
  const say = useSay();
  const last = iterations.length - 1;
  const step = (to: number, key: "replay.first" | "replay.back" | "replay.forward" | "replay.last", sign: string, keys: string) => (
    <button
      type="button"
      className="button"
      aria-label={say(key)}
      title={`${say(key)} (${keys})`}
      disabled={to < 0 || to > last || to === player.index}
      onClick={() => {
        player.go(to);
      }}
    >
      {sign}
    </button>
  );
  return (
    <div className="scrubber" role="group" aria-label={say("replay.scrubber")}>
      <button type="button" className="button primary" aria-pressed={player.playing} onClick={player.toggle} disabled={last < 1}>
        {say(player.playing ? "replay.pause" : "replay.play")}
        <kbd>Space</kbd>
      </button>
      {step(0, "replay.first", "|◀", "Home")}
      {step(player.index - 1, "replay.back", "◀", "←")}
      <input
        type="range"
        min={0}
        max={Math.max(0, last)}
        value={player.index}
        aria-label={say("replay.iteration")}
        aria-valuetext={text}
        onChange={(e) => {
          player.go(Number(e.target.value));
        }}
      />
      {step(player.index + 1, "replay.forward", "▶", "→")}
      {step(last, "replay.last", "▶|", "End")}
      <label>
        {say("replay.speed")}{" "}
        <select
          className="field"
          value={player.speed}
          onChange={(e) => {
            player.setSpeed(Number(e.target.value));
          }}
        >
          {SPEEDS.map((s) => (
            <option key={s} value={s}>
              {say("replay.per.second", { n: s })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
