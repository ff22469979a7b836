/** Every text of the explorer in both languages. */

export type Language = "en" | "ja";

const en = {
  move: "Move",
  box: "Box",
  lasso: "Lasso",
  mosaic: "Pictures",
  fit: "Fit",
  clear: "Clear",
  colorBy: "color by",
  nothing: "(one color)",
  tools: "Tools",
  legend: "Legend",
  missing: "missing ({n})",
  plot: "Map of {n} points: {x} across, {y} up. {label}",
  selection: "Selection",
  none: "Nothing is selected. Choose Lasso or Box and draw around points; a class of the legend can be clicked.",
  chosen: "{n} of {of} rows",
  more: "and {n} more",
  copy: "Copy row ids",
  copied: "Copied",
  notes: "Notes",
  note: "{text} ({n})",
  points: "{n} points",
  sampled: "{n} drawn while moving",
  selected: "{n} selected",
  gaps: "{n} without coordinates",
  renderer: "drawn by {name}",
  cpu: "the processor",
  webgl2: "the graphics card",
  noAnswer: "Python does not answer: colors, names and pictures that are not here yet need a running kernel.",
  failed: "This did not work: {text}",
  keys: "V move · B box · L lasso (Shift adds, Alt takes away) · M pictures · F fit · Esc clear",
  keysWithoutPictures: "V move · B box · L lasso (Shift adds, Alt takes away) · F fit · Esc clear",
} as const;

export type Word = keyof typeof en;

const ja: Record<Word, string> = {
  move: "移動",
  box: "矩形",
  lasso: "投げ縄",
  mosaic: "画像",
  fit: "全体",
  clear: "解除",
  colorBy: "色分け",
  nothing: "（単色）",
  tools: "操作",
  legend: "凡例",
  missing: "欠損（{n}）",
  plot: "{n} 点の散布図：横軸 {x}、縦軸 {y}。{label}",
  selection: "選択",
  none: "何も選択されていません。投げ縄か矩形で点を囲むか、凡例のクラスをクリックします。",
  chosen: "{of} 行中 {n} 行",
  more: "ほか {n} 行",
  copy: "行 ID をコピー",
  copied: "コピーしました",
  notes: "メモ",
  note: "{text}（{n}）",
  points: "{n} 点",
  sampled: "移動中は {n} 点を描画",
  selected: "選択 {n}",
  gaps: "座標なし {n}",
  renderer: "描画：{name}",
  cpu: "CPU",
  webgl2: "GPU",
  noAnswer: "Python の応答がありません。未取得の色・名前・画像にはカーネルが必要です。",
  failed: "うまくいきませんでした：{text}",
  keys: "V 移動・B 矩形・L 投げ縄（Shift で追加、Alt で除外）・M 画像・F 全体・Esc 解除",
  keysWithoutPictures: "V 移動・B 矩形・L 投げ縄（Shift で追加、Alt で除外）・F 全体・Esc 解除",
};

export const WORDS: Record<Language, Record<Word, string>> = { en, ja };

export type Say = (word: Word, given?: Record<string, string | number>) => string;

export function speaker(language: Language): Say {
  const numbers = new Intl.NumberFormat(language);
  return (word, given = {}) =>
    WORDS[language][word].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = given[name];
      return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
    });
}

/** English or Japanese, by the wish given, else by the browser. */
export function languageOf(wish: string, languages: readonly string[]): Language {
  const known = [wish, ...languages].map((l) => l.slice(0, 2));
  return known.find((l): l is Language => l === "en" || l === "ja") ?? "en";
}
