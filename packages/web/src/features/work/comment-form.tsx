import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Paperclip } from "lucide-react";
import { useRef, useState } from "react";
import { call, contract } from "../../api.ts";
import { bytes, plural } from "../../ui/format.ts";
import { InputError } from "../../ui/input-error.ts";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { MentionField } from "./mention-field.tsx";

/** As the server has it. */
const FILE_BYTES_MAX = 5 * 1024 * 1024;
const FILES_MAX = 5;

const mustFit = (files: readonly File[]): void => {
  const large = files.find((file) => file.size > FILE_BYTES_MAX);
  if (large) {
    const values = { name: large.name, size: bytes(large.size), most: bytes(FILE_BYTES_MAX) };
    throw new InputError(say("{name} has {size}: at most {most} are taken.", values));
  }
};

/** What is on its way: a text, and files of it or of the comment that was taken before they were refused. */
interface Sending {
  readonly text: string;
  readonly files: readonly File[];
  readonly commentId: string | null;
}

const send = async (
  findingId: string,
  { text, files, commentId }: Sending,
  taken: { comment: (id: string) => void; file: (file: File) => void },
): Promise<readonly string[]> => {
  mustFit(files);
  const params = { id: findingId };
  const made = text.trim() === "" ? null : await call(contract.work.addComment, { params, body: { text } });
  if (made) taken.comment(made.id);
  const of = made?.id ?? commentId;
  for (const file of files) {
    const query = { name: file.name.slice(0, 200), ...(of === null ? {} : { commentId: of }) };
    await call(contract.work.addAttachment, { params, query, body: file });
    taken.file(file);
  }
  return made?.mentioned ?? [];
};

/** Says something of a finding, with files where they help. What was typed stays until it is sent. */
export const CommentForm = ({ findingId }: { findingId: string }) => {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly File[]>([]);
  const comment = useRef<string | null>(null);
  const add = useMutation({
    // what was taken leaves the form at once: to try again sends only what was refused
    mutationFn: () =>
      send(
        findingId,
        { text, files, commentId: comment.current },
        {
          comment: (id) => {
            comment.current = id;
            setText("");
          },
          file: (file) => setFiles((left) => left.filter((one) => one !== file)),
        },
      ),
    onSuccess: (mentioned) => {
      comment.current = null;
      if (mentioned.length > 0) toast({ text: say("{names} will be told.", { names: mentioned.join(", ") }) });
    },
    // a file may be refused after its comment was taken
    onSettled: () => client.invalidateQueries({ queryKey: ["finding", findingId, "timeline"] }),
  });
  return (
    <form
      className="grid gap-2 border-t border-line p-4"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <MentionField label={say("Comment: `code`, links, @name")} value={text} onChange={setText} />
      <div className="flex flex-wrap items-center gap-2">
        <button
          type="submit"
          className="button button-primary"
          disabled={add.isPending || (text.trim() === "" && files.length === 0)}
        >
          {add.isPending ? say("Sending") : say("Comment")}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          className="sr-only"
          tabIndex={-1}
          aria-label={say("Files")}
          onChange={(event) => {
            setFiles([...files, ...(event.target.files ?? [])].slice(0, FILES_MAX));
            event.target.value = "";
          }}
        />
        <button type="button" className="button" onClick={() => input.current?.click()}>
          <Paperclip className="size-4" aria-hidden="true" /> {say("Attach files")}
        </button>
        {files.length > 0 && (
          <>
            <span className="text-sm text-dim">{files.map((file) => file.name).join(", ")}</span>
            <button type="button" className="act" onClick={() => setFiles([])}>
              {say("Leave out {files}", { files: plural(files.length, "file") })}
            </button>
          </>
        )}
      </div>
      {add.error && <ErrorPanel error={add.error} />}
    </form>
  );
};
