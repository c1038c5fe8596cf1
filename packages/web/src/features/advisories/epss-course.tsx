import { useQuery } from "@tanstack/react-query";
import { queries } from "../../api.ts";
import { decimal, plural } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { dayText } from "../../ui/charts/scale.ts";
import { say } from "../../ui/texts.ts";

interface Day {
  readonly day: string;
  readonly score: number | null;
}

/** Points of a percent under which a move is none. */
const STEADY_POINTS = 0.05;

const percent = (score: number | null): string =>
  score === null ? say("no score") : `${decimal(score * 100, score < 0.1 ? 2 : 1)} %`;

/** The move from the first kept day to the last, in words. */
const moveText = (days: readonly Day[]): string => {
  const [first, last] = [days[0], days.at(-1)];
  if (days.length < 2 || !first || !last)
    return say("the first day that is kept: its course is drawn from the second on");
  if (first.score === null) return say("none on {day}", { day: dayText(first.day) });
  const points = ((last.score ?? 0) - first.score) * 100;
  if (Math.abs(points) < STEADY_POINTS) return say("as on {day}", { day: dayText(first.day) });
  const by = decimal(Math.abs(points), Math.abs(points) < 10 ? 1 : 0);
  return say("{choice} {by} points since {day}", { choice: points > 0 ? "up" : "down", by, day: dayText(first.day) });
};

/** How the chance of exploitation went in the last 30 days: the number, its change against a named day, and each day. */
export const EpssCourse = ({ advisory }: { advisory: string }) => {
  const course = useQuery(queries.epssCourse(advisory));
  if (course.data?.days.length === 0) return null;
  const days = course.data?.days ?? [];
  const last = days.at(-1);
  return (
    <Panel
      title={say("EPSS over 30 days")}
      aside={
        last && say("{length} kept, the newest {day}", { length: plural(days.length, "day"), day: dayText(last.day) })
      }
    >
      {course.isPending && <Block className="h-[120px] w-full" />}
      {course.error && <ErrorPanel error={course.error} retry={() => void course.refetch()} />}
      {last && (
        <div className="grid items-start gap-x-8 gap-y-3 wide:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
          <p>
            <span className="mono block text-xl">{percent(last.score)}</span>
            <span className="text-dim">{moveText(days)}</span>
          </p>
          <Sparkline
            label={say("EPSS of {cveId} by day", { cveId: course.data?.cveId ?? advisory })}
            last={dayText(last.day)}
            points={days.map(({ day, score }) => ({ day, value: (score ?? 0) * 100, says: percent(score) }))}
          />
        </div>
      )}
    </Panel>
  );
};
