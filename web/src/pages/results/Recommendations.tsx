import { api, type At } from "../../api/client";
import type { FlowNode } from "../../api/types";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { Loading } from "../../parts/Loading";
import { howOf } from "../../parts/PickFigure";
import { selectMarks } from "../../parts/selecting";
import { shown } from "../../parts/shown";

const MOST = 30;
/** Steps whose output `list` recommends cells of the table that came in. */
const RECOMMENDERS = ["learn.recommend", "learn.recommend_tensor"];

export function recommenders(nodes: readonly FlowNode[]): FlowNode[] {
  return nodes.filter((n) => RECOMMENDERS.includes(n.step) && n.status.done > 0);
}

/** The first cells that a recommender names, what speaks for each, and the rows they lie in. */
export function Recommendations({ file, node }: { file: string; node: FlowNode }) {
  const say = useSay();
  const titled = useTitle();
  const at: At = { file, ref: `${node.name}.list`, point: 0 };
  const key = `${file} ${node.name} ${node.status.state} ${node.status.done}`;
  const asked = useAsked(key, async (signal) => {
    const list = await api.rows(at, { start: 0, count: MOST }, signal);
    const evidence = await api.rows({ ...at, ref: `${node.name}.evidence` }, { start: 0, count: 500 }, signal);
    return { list, evidence };
  });
  const list = asked.value?.list;
  const names = list ? Object.keys(list.columns) : [];
  return (
    <section className="picture" aria-label={node.name} data-recommender={node.name}>
      <header>
        <h2>{say("recommend.title", { name: node.name })}</h2>
        <span className="soft">{titled(node)}</span>
      </header>
      {asked.error && <ErrorBox error={asked.error} onRetry={asked.again} />}
      {!list && !asked.error && <Loading here />}
      {list && (
        <div className="score-rows" tabIndex={0} role="group" aria-label={node.name}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say("recommend.cell")}</th>
                {names.map((n) => (
                  <th key={n} scope="col" data-text={list.columns[n]?.every(isText)}>
                    {n}
                  </th>
                ))}
                <th scope="col">{say("recommend.evidence")}</th>
              </tr>
            </thead>
            <tbody>
              {list.ids.map((id, i) => (
                <tr key={id} data-cell={id}>
                  <th scope="row">
                    {typeof list.columns.row?.[i] === "string" ? (
                      <button type="button" className="link" title={say("recommend.select")} onClick={(e) => {
                        void selectMarks(at, [{ row: list.columns.row?.[i] }], howOf(e));
                      }}>
                        {id}
                      </button>
                    ) : (
                      id
                    )}
                  </th>
                  {names.map((n) => (
                    <td key={n} data-text={isText(list.columns[n]?.[i])}>{shown(list.columns[n]?.[i])}</td>
                  ))}
                  <td className="evidence">{evidenceOf(asked.value?.evidence.columns ?? {}, id)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {list.total > list.ids.length && <p className="soft">{say("selection.more", { n: list.total - list.ids.length })}</p>}
        </div>
      )}
    </section>
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** The known cells that speak most for a cell. */
function evidenceOf(columns: Record<string, unknown[]>, cell: string): string {
  const found = (columns.cell ?? []).flatMap((c, i) => (c === cell ? [i] : [])).slice(0, 3);
  return found.map((i) => `${shown(columns.known?.[i])} (${percent(columns.share?.[i])})`).join(", ");
}

function percent(share: unknown): string {
  return typeof share === "number" ? `${(100 * share).toFixed(0)} %` : "–";
}
