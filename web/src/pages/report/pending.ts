import { createContext } from "react";

/** Saves what was typed, if anything was; says whether it is written now. */
export type Save = () => Promise<boolean>;

/** What was typed and not saved yet, and changes on their way: all of it belongs into a report that is saved now. */
export class Pending {
  private readonly fields = new Set<Save>();
  private readonly underWay = new Set<Promise<boolean>>();

  /** Take part with a field; returns how to leave. */
  join(save: Save): () => void {
    this.fields.add(save);
    return () => {
      this.fields.delete(save);
    };
  }

  /** Wait for this change, too, whenever all shall be finished. */
  track(change: Promise<boolean>): Promise<boolean> {
    const ending = change.finally(() => this.underWay.delete(ending));
    this.underWay.add(ending);
    return ending;
  }

  /** Save every field, one after the other, and wait for all changes; false where one of them was refused. */
  async finish(): Promise<boolean> {
    let sound = true;
    for (const save of [...this.fields]) sound = (await save()) && sound;
    while (this.underWay.size > 0) {
      const ended = await Promise.all([...this.underWay]);
      sound = sound && ended.every(Boolean);
    }
    return sound;
  }
}

export const PendingContext = createContext(new Pending());
