import type { ReactNode } from "react";

import { api, type At, Refused } from "../../api/client";
import type { FlowNode, Rows } from "../../api/types";
import { useSay } from "../../i18n";
import { useTitle } from "../../i18n/steps";
import { useAsked } from "../../parts/asked";
import { ErrorBox } from "../../parts/ErrorBox";
import { useKept } from "../../parts/kept";
import { Loading } from "../../parts/Loading";
import type { Datum } from "../../parts/marks";
import { howOf } from "../../parts/Picking";
import { selectMarks } from "../../parts/selecting";
import { shown } from "../../parts/shown";
import { axesOf, evidenceOf } from "./recommended";
import { StaleMark } from "./StaleMark";

const MOST = 30;
const MOST_EVIDENCE = 500;
/** Steps whose output `list` recommends cells of the table, or of the tensor, that came in. */
const MATRIX = "learn.recommend";
const TENSOR = "learn.recommend_tensor";

/** Those that have made a list, and those whose list is stale. */
export function recommenders(nodes: readonly FlowNode[]): FlowNode[] {
  return nodes.filter((n) => [MATRIX, TENSOR].includes(n.step) && (n.status.done > 0 || n.status.state !== "new"));
}

interface Told {
  list: Rows;
  evidence: Rows;
  /** In which table the rows behind labels and known cells are; null where there are none. */
  rows: string | null;
}

/** The first cells that a recommender names, what speaks for each, and the rows that they lead to. */
export function Recommendations({ file, node }: { file: string; node: FlowNode }) {
  const say = useSay();
  const titled = useTitle();
  const at: At = { file, ref: `${node.name}.list`, point: 0 };
  const stale = node.status.done === 0;
  const asked = useAsked(stale ? "" : `${file} ${node.name} ${node.status.state} ${node.status.done}`, async (signal): Promise<Told> => {
    const list = await api.rows(at, { start: 0, count: MOST }, signal);
    const evidence = await api.rows({ ...at, ref: `${node.name}.evidence` }, { start: 0, count: MOST_EVIDENCE }, signal);
    return { list, evidence, rows: await rowsBehind(at) };
  });
  const told = useKept(`list ${file} ${node.name}`, asked.value);
  const list = told?.list;
  const names = list ? Object.keys(list.columns) : [];
  const axes = node.step === TENSOR ? axesOf(names) : [];
  const leads = !stale && told !== null && told.rows !== null ? told.rows : null;
  /** A piece of the list that selects rows, where it has some. */
  const link = (text: ReactNode, mark: Datum | null, title: string): ReactNode =>
    leads === null || mark === null ? (
      text
    ) : (
      <button type="button" className="link" title={title} onClick={(e) => void selectMarks(at, [mark], howOf(e))}>
        {text}
      </button>
    );
  return (
    <section className="picture" aria-label={node.name} data-recommender={node.name} data-stale={stale}>
      <header>
        <h2>{say("recommend.title", { name: node.name })}</h2>
        <span className="soft">{titled(node)}</span>
        {stale && <StaleMark />}
      </header>
      {asked.error && <ErrorBox error={asked.error} onRetry={asked.again} />}
      {!list && !asked.error && (stale ? <p className="soft">{say("monitor.none")}</p> : <Loading here />)}
      {list && node.step === TENSOR && !stale && <p className="soft">{leads === null ? say("recommend.unlinked") : say("recommend.linked", { ref: leads })}</p>}
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
                  <th scope="row">{link(id, node.step === MATRIX ? { row: list.columns.row?.[i] } : null, say("recommend.select"))}</th>
                  {names.map((n) => {
                    const value = list.columns[n]?.[i];
                    const [text, axis] = [shown(value), axes.indexOf(n)];
                    return (
                      <td key={n} data-text={isText(value)}>
                        {axis < 0 ? text : link(text, { axis, label: value }, say("recommend.label", { name: n, label: text, ref: leads ?? "" }))}
                      </td>
                    );
                  })}
                  <td className="evidence">
                    {evidenceOf(told.evidence.columns, id).map(({ known, share }, k) => (
                      <span key={known}>
                        {k > 0 && ", "}
                        {link(known, node.step === TENSOR ? { known } : null, say("recommend.known", { ref: leads ?? "" }))} ({share})
                      </span>
                    ))}
                  </td>
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

/** In which table the marks of a list have their rows: a pick of none says so, or is refused. */
async function rowsBehind(at: At): Promise<string | null> {
  try {
    return (await api.pick(at, [])).ref;
  } catch (error) {
    if (error instanceof Refused && error.status === 400) return null;
    throw error;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
