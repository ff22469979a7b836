import { Component, type ReactNode } from "react";

import { ErrorBox } from "./ErrorBox";

interface Props {
  /** Another page, or another state of the workflow, is drawn anew. */
  of: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
  of: string;
}

/** A page that cannot be drawn says so in its place; all around it goes on. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: null, of: "" };

  static getDerivedStateFromError(reason: unknown): { error: Error } {
    return { error: reason instanceof Error ? reason : new Error(String(reason)) };
  }

  static getDerivedStateFromProps(props: Props, state: State): State {
    return state.of === props.of ? state : { error: null, of: props.of };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <ErrorBox
        error={error}
        onRetry={() => {
          this.setState({ error: null });
        }}
      />
    );
  }
}
