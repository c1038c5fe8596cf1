import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AtSign } from "lucide-react";
import { queries } from "../../api.ts";
import { useMay } from "../../ui/may.ts";
import { say } from "../../ui/texts.ts";

/** The way to what mentions the reader, with how much of it is new; nothing for who sees no findings. */
export const MentionsLink = () => {
  const may = useMay("findings:read");
  const mentions = useQuery({ ...queries.mentions(), enabled: may });
  const unread = mentions.data?.unreadCount ?? 0;
  if (!may) return null;
  const label = unread === 0 ? say("Mentions") : say("Mentions, {unread} new", { unread });
  return (
    <Link to="/mentions" className="button relative w-8 px-0" aria-label={label} title={label}>
      <AtSign className="size-4 shrink-0" />
      {unread > 0 && (
        <span className="mono absolute -top-1.5 -right-1.5 min-w-4 bg-accent px-1 text-center text-xs text-page">
          {unread > 99 ? "99+" : unread}
        </span>
      )}
    </Link>
  );
};
