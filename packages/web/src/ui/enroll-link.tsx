import { Link } from "@tanstack/react-router";
import { useMay } from "./may.ts";
import { say } from "./texts.ts";

/** The way to the page that enrolls an agent, for who may; the others are told whom to ask where there is room for it. */
export const EnrollLink = ({
  as = "link",
  text = say("Enroll an agent"),
}: {
  as?: "link" | "button";
  text?: string;
}) => {
  const may = useMay("tokens:manage");
  if (may) {
    return (
      <Link to="/agents/enroll" className={as === "link" ? "link" : "button button-primary"}>
        {text}
      </Link>
    );
  }
  return as === "link" ? <span className="text-dim">{say("Who manages tokens can enroll one.")}</span> : null;
};
