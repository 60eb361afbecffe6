import "./language.ts";
import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import "./style/bar.css";
import "./style/panel.css";
import "./style/stacks.css";
import "./style/pages.css";
import { startTheme } from "./components/theme.ts";
import { ExplorePage } from "./pages/explore/ExplorePage.tsx";
import { StatesPage } from "./pages/states/StatesPage.tsx";
import { UnknownPage } from "./pages/UnknownPage.tsx";
import { pageOf, path } from "./router.ts";

startTheme();
render(<Shell />, document.getElementById("page")!);

function Shell() {
  switch (pageOf(path.value)) {
    case "explore":
      return <ExplorePage />;
    case "states":
      return <StatesPage />;
    case "unknown":
      return <UnknownPage path={path.value} />;
  }
}
