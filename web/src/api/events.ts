import type { Message } from "./types";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 4000;

/** Ask whether a server knows this page; null where none answers. */
async function knows(): Promise<boolean | null> {
  try {
    return (await fetch("/api/project", { cache: "no-store" })).status !== 403;
  } catch {
    return null;
  }
}

/** Listen to the server for ever: a lost connection is told, and made again. Returns how to stop.
 *
 * `onForeign`: a server is there that does not know this page.
 */
export function listen(
  onMessage: (message: Message) => void,
  onConnected: (connected: boolean) => void,
  onForeign: (foreign: boolean) => void,
): () => void {
  let stopped = false;
  let wait = FIRST_WAIT;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = (): void => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/api/events`);
    socket.onopen = () => {
      wait = FIRST_WAIT;
      onConnected(true);
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      onMessage(JSON.parse(event.data) as Message);
    };
    socket.onclose = () => {
      if (stopped) return;
      onConnected(false);
      void knows().then((known) => {
        if (!stopped && known !== null) onForeign(!known);
      });
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  };

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
