export function ResultsPage() {
  return <div className="page" data-page="results" />;
}
