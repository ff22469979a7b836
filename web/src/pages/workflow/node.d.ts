/** As much of Node as tests use. */
declare module "node:child_process" {
  export function execFileSync(file: string, args: string[], options: { encoding: "utf-8"; maxBuffer: number }): string;
}
