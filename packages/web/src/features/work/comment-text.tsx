import { type CommentPart, readComment } from "@zerotrace/core/work/comment";

const Part = ({ part }: { part: CommentPart }) => {
  if (part.kind === "code") return <code className="mono bg-raised px-1">{part.text}</code>;
  if (part.kind === "mention") return <span className="text-accent">@{part.name}</span>;
  if (part.kind !== "link") return part.text;
  return (
    <a
      className="link wrap-anywhere"
      href={part.url}
      title={part.url}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {part.text}
    </a>
  );
};

/** A comment as it was written: text, code, links and names; whatever else it holds is shown as text. */
export const CommentText = ({ text }: { text: string }) => (
  <div className="grid gap-2 wrap-anywhere">
    {readComment(text).map((block, i) =>
      block.kind === "code" ? (
        <pre key={i} className="mono overflow-x-auto border border-line bg-page p-2 text-sm">
          {block.text}
        </pre>
      ) : (
        <p key={i} className="max-w-[80ch] whitespace-pre-wrap">
          {block.parts.map((part, n) => (
            <Part key={n} part={part} />
          ))}
        </p>
      ),
    )}
  </div>
);
