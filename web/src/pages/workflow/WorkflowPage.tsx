export function WorkflowPage() {
  return <div className="page" data-page="workflow" />;
}
