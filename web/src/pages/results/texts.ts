/** The texts of the results page that came last, in both languages. */
export const resultsEn = {
  "pixels.row": "row",
  "pixels.column": "column",
  "pixels.value": "value",
  "pixels.of": "shown",
  "pixels.missing": "no value",
  "pixels.span": "{first} to {last}",
  "pixels.extreme": "of {rows} × {columns} cells the one farthest from white",
  "pixels.mean": "the mean of {rows} × {columns} cells",
  "pixels.help":
    "The pointer or the arrow keys (with Shift ten at once) tell row, column and value. Click or Enter selects the row, a rectangle all rows in it; Shift adds, Alt removes.",
} as const;

export const resultsJa: Record<keyof typeof resultsEn, string> = {
  "pixels.row": "行",
  "pixels.column": "列",
  "pixels.value": "値",
  "pixels.of": "表示",
  "pixels.missing": "値なし",
  "pixels.span": "{first} ～ {last}",
  "pixels.extreme": "{rows} × {columns} セルのうち白から最も遠い値",
  "pixels.mean": "{rows} × {columns} セルの平均",
  "pixels.help":
    "ポインターまたは矢印キー（Shift で十ずつ）で行・列・値を表示。クリックまたは Enter で行を、ドラッグで囲んだ行をまとめて選択。Shift で追加、Alt で除外。",
};
