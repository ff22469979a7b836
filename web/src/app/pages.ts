import type { ComponentType } from "react";

import { ComparePage } from "../pages/compare/ComparePage";
import { ExplorePage } from "../pages/explore/ExplorePage";
import { ReplayPage } from "../pages/replay/ReplayPage";
import { ReportPage } from "../pages/report/ReportPage";
import { ResultsPage } from "../pages/results/ResultsPage";
import { WorkflowPage } from "../pages/workflow/WorkflowPage";
import type { PageName } from "./names";

export const VIEWS: Record<PageName, ComponentType> = {
  workflow: WorkflowPage,
  explore: ExplorePage,
  compare: ComparePage,
  replay: ReplayPage,
  results: ResultsPage,
  report: ReportPage,
};
