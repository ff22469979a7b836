/** The texts of the results page that came last, in both languages. */
export const resultsEn = {
  "results.stale": "Stale: the last result, before something it needs was changed. Run it to see the new one.",
  "recommend.linked": "A recommended cell has no rows, or it would be known. Its labels and the known cells select theirs in {ref}; Shift adds, Alt removes.",
  "recommend.unlinked": "The rows behind this tensor are not in the workflow: nothing here leads to rows.",
  "recommend.label": "Select the rows of {ref} where {name} is {label}",
  "recommend.known": "Select the rows of {ref} with this cell",
  "pixels.row": "row",
  "pixels.column": "column",
  "pixels.value": "value",
  "pixels.of": "shown",
  "pixels.missing": "no value",
  "pixels.span": "{first} to {last}",
  "pixels.extreme": "the one farthest from white of {rows} × {columns} cells",
  "pixels.mean": "the mean of {rows} × {columns} cells",
  "pixels.help":
    "The pointer or the arrow keys (with Shift ten at once) tell row, column and value. Click or Enter selects the row, a rectangle all rows in it; Shift adds, Alt removes.",
} as const;

export const resultsJa: Record<keyof typeof resultsEn, string> = {
  "results.stale": "要再実行：必要なものが変更される前の、最後の結果です。実行すると新しい結果になります。",
  "recommend.linked": "推薦されたセルは未知なので、対応する行はありません。ラベルと既知のセルから {ref} の行を選択できます。Shift で追加、Alt で除外。",
  "recommend.unlinked": "このテンソルの元の行はワークフローにないため、ここから行を選択できません。",
  "recommend.label": "{ref} で {name} が {label} の行を選択",
  "recommend.known": "{ref} でこのセルを持つ行を選択",
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
