/** Questions to Python by custom messages: each has a number, and the answer carries it. */

import type { Bytes } from "./bytes";

export interface Channel {
  send(content: unknown): void;
  on(event: "msg:custom", heard: (content: unknown, buffers: Bytes[]) => void): void;
  off(event: "msg:custom", heard: (content: unknown, buffers: Bytes[]) => void): void;
}

interface Answer {
  to: number;
  error?: string;
  [more: string]: unknown;
}

export interface Asking {
  ask(question: Record<string, unknown>, signal: AbortSignal): Promise<{ answer: Answer; buffers: Bytes[] }>;
  end(): void;
}

const PATIENCE = 30_000;

/** `silent` is called when an answer does not come, and with false when one comes again. */
export function asking(channel: Channel, silent: (is: boolean) => void): Asking {
  // Several views may ask through one channel: numbers of different views differ.
  const view = Math.floor(Math.random() * 2 ** 40);
  let count = 0;
  const open = new Map<number, { answered: (answer: Answer, buffers: Bytes[]) => void; drop: () => void }>();
  const heard = (content: unknown, buffers: Bytes[]): void => {
    const answer = content as Answer;
    open.get(answer.to)?.answered(answer, buffers);
  };
  channel.on("msg:custom", heard);
  return {
    ask: (question, signal) =>
      new Promise((resolve, reject) => {
        const number = view * 4096 + (count++ % 4096);
        const done = (): void => {
          clearTimeout(timer);
          open.delete(number);
        };
        const timer = setTimeout(() => {
          done();
          silent(true);
          reject(new Error("no answer"));
        }, PATIENCE);
        const answered = (answer: Answer, buffers: Bytes[]): void => {
          done();
          silent(false);
          if (answer.error === undefined) resolve({ answer, buffers });
          else reject(new Error(answer.error));
        };
        const drop = (): void => {
          done();
          reject(new DOMException("not wanted any more", "AbortError"));
        };
        open.set(number, { answered, drop });
        signal.addEventListener("abort", drop);
        channel.send({ ...question, number });
      }),
    end: () => {
      channel.off("msg:custom", heard);
      // What is gone from the page must not say later that nobody answers.
      for (const { drop } of [...open.values()]) drop();
    },
  };
}
