import { useEffect, useRef, useState } from "react";

import type { PictureStore } from "./pictures";

/** The picture of one row. Those that are shown together are fetched together. */
export function Tile({ store, position, side, label }: { store: PictureStore; position: number; side: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState<number | null>(null);
  useEffect(() => {
    let gone = false;
    store.soon(position, side).then(
      (picture) => {
        const to = canvas.current?.getContext("2d");
        if (gone || !picture || !to) return;
        to.canvas.width = picture.width;
        to.canvas.height = picture.height;
        to.drawImage(picture, 0, 0);
        setDrawn(position);
      },
      () => undefined, // told by the gallery, which asks for the same pictures
    );
    return () => {
      gone = true;
    };
  }, [store, position, side]);
  return <canvas ref={canvas} className="tile" role="img" aria-label={label} data-drawn={drawn === position} style={{ width: side, height: side }} />;
}
