export function ComparePage() {
  return <div className="page" data-page="compare" />;
}
