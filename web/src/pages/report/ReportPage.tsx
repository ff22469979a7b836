export function ReportPage() {
  return <div className="page" data-page="report" />;
}
