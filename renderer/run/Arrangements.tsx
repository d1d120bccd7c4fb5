// The arrangements of a run: three columns side by side, the document over terminal and watch, or one part at a time in tabs.
// Owns: the panels, their sizes, and that they are remembered. Does not know what is in them.
import { ListTree } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import { IconButton, Sheet, Tabs } from "../design/index.ts";

/** Sizes of columns are a habit of this screen, kept in its browser profile; nothing recorded. */
function useKept(id: string, panelIds: string[]) {
  return useDefaultLayout({ id: `holdpoint.${id}`, panelIds, storage: localStorage, onlySaveAfterUserInteractions: true });
}

export function Wide({
  outline,
  page,
  terminal,
  watch,
  clocks,
  dock,
}: {
  outline: ReactNode;
  page: ReactNode;
  terminal: ReactNode;
  watch: ReactNode;
  /** Below them, as high as it is. */
  clocks: ReactNode;
  dock: ReactNode;
}) {
  const whole = useKept("run.wide", ["outline", "main"]);
  const columns = useKept("run.columns", ["document", "side"]);
  const side = useKept("run.side", ["terminal", "watch"]);
  return (
    <Group orientation="horizontal" {...whole}>
      <Panel id="outline" defaultSize="330px" minSize="230px" maxSize="520px" groupResizeBehavior="preserve-pixel-size">
        {outline}
      </Panel>
      <Separator className="run-gutter" aria-label="Width of the outline" />
      <Panel id="main" minSize="600px">
        <div className="run-main">
          <Group className="run-columns" orientation="horizontal" {...columns}>
            <Panel id="document" defaultSize="53%" minSize="360px">
              {page}
            </Panel>
            <Separator className="run-gutter" aria-label="Width of the document" />
            <Panel id="side" minSize="300px">
              <div className="run-side">
                <div className="run-side-panels">
                  {watch === null ? (
                    terminal
                  ) : (
                    <Group orientation="vertical" {...side}>
                      <Panel id="terminal" defaultSize="56%" minSize="120px">
                        {terminal}
                      </Panel>
                      <Separator className="run-gutter flat" aria-label="Height of the terminal" />
                      <Panel id="watch" minSize="90px">
                        {watch}
                      </Panel>
                    </Group>
                  )}
                </div>
                {clocks}
              </div>
            </Panel>
          </Group>
          {dock}
        </div>
      </Panel>
    </Group>
  );
}

export function Medium({ outline, page, lower, dock }: { outline: ReactNode; page: ReactNode; lower: ReactNode; dock: ReactNode }) {
  const whole = useKept("run.medium", ["outline", "main"]);
  const stack = useKept("run.stack", ["document", "lower"]);
  return (
    <Group orientation="horizontal" {...whole}>
      <Panel id="outline" defaultSize="292px" minSize="220px" maxSize="420px" groupResizeBehavior="preserve-pixel-size">
        {outline}
      </Panel>
      <Separator className="run-gutter" aria-label="Width of the outline" />
      <Panel id="main" minSize="480px">
        <div className="run-main">
          <Group className="run-columns" orientation="vertical" {...stack}>
            <Panel id="document" defaultSize="62%" minSize="140px">
              {page}
            </Panel>
            <Separator className="run-gutter flat" aria-label="Height of the document" />
            <Panel id="lower" minSize="110px">
              <div className="run-lower">{lower}</div>
            </Panel>
          </Group>
          {dock}
        </div>
      </Panel>
    </Group>
  );
}

type NarrowTabs = Pick<ComponentProps<typeof Tabs>, "tabs">;
export function Narrow({
  loops,
  tools,
  outline,
  isOutlineOpen,
  onOutline,
  tab,
  onTab,
  tabs,
  dock,
}: NarrowTabs & {
  loops: ReactNode;
  tools: ReactNode;
  /** In a sheet of its own. */
  outline: ReactNode;
  isOutlineOpen: boolean;
  onOutline(isOpen: boolean): void;
  tab: string;
  onTab(id: string): void;
  dock: ReactNode;
}) {
  return (
    <>
      <div className="run-open-loops">{loops}</div>
      <div className="run-narrow">
        <div className="run-tab-tools">
          {tools}
          <IconButton label="Outline" aria-expanded={isOutlineOpen} onClick={() => onOutline(true)}>
            <ListTree size={17} />
          </IconButton>
        </div>
        <Tabs label="Parts of the run" value={tab} onChange={onTab} tabs={tabs} />
      </div>
      {dock}
      <Sheet side="left" open={isOutlineOpen} title="Outline" onClose={() => onOutline(false)}>
        <div className="run-drawer">{outline}</div>
      </Sheet>
    </>
  );
}
