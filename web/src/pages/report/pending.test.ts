import { expect, it } from "vitest";

import { Pending } from "./pending";

/** A change that ends when it is told to. */
function slow(): { change: Promise<boolean>; end: (sound: boolean) => void } {
  let end: (sound: boolean) => void = () => undefined;
  const change = new Promise<boolean>((resolve) => {
    end = resolve;
  });
  return { change, end };
}

it("what was typed is saved, and changes on their way are waited for", async () => {
  const pending = new Pending();
  const written: string[] = [];
  const { change, end } = slow();
  void pending.track(change.then((sound) => written.push("choice") > 0 && sound));
  const leave = pending.join(() => {
    written.push("gone");
    return Promise.resolve(true);
  });
  leave();
  pending.join(() => {
    const own = slow();
    void pending.track(own.change);
    queueMicrotask(() => {
      written.push("text");
      own.end(true);
    });
    return own.change;
  });
  let finished: boolean | null = null;
  const finishing = pending.finish().then((sound) => {
    finished = sound;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([written, finished]).toEqual([["text"], null]);
  end(true);
  await finishing;
  expect([written, finished]).toEqual([["text", "choice"], true]);
  expect(await pending.finish()).toBe(true);
});

it("a change that was refused is told, whichever it was", async () => {
  const pending = new Pending();
  const { change, end } = slow();
  void pending.track(change);
  end(false);
  expect(await pending.finish()).toBe(false);
  const leave = pending.join(() => Promise.resolve(false));
  pending.join(() => Promise.resolve(true));
  expect(await pending.finish()).toBe(false);
  leave();
  expect(await pending.finish()).toBe(true);
});
