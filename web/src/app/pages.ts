import type { ComponentType } from "react";

import { ReportPage } from "../pages/report/ReportPage";
import { ResultsPage } from "../pages/results/ResultsPage";
import { WorkflowPage } from "../pages/workflow/WorkflowPage";

export const PAGES = ["workflow", "results", "report"] as const;
export type PageName = (typeof PAGES)[number];

export const VIEWS: Record<PageName, ComponentType> = {
  workflow: WorkflowPage,
  results: ResultsPage,
  report: ReportPage,
};
