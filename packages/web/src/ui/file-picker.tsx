import { Upload } from "lucide-react";
import { type ReactNode, useRef } from "react";

/** A button that opens the file dialog, beside a sentence; the same files may be chosen again. `label` names the field for tests and screen readers. */
export const FilePicker = (props: {
  readonly label: string;
  readonly accept?: string;
  readonly isBusy: boolean;
  readonly button: string;
  readonly onFiles: (files: readonly File[]) => Promise<void>;
  readonly children: ReactNode;
}) => {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <input
        ref={input}
        type="file"
        multiple
        {...(props.accept === undefined ? {} : { accept: props.accept })}
        className="sr-only"
        tabIndex={-1}
        aria-label={props.label}
        onChange={(event) => {
          void props.onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <button
        type="button"
        className="button button-primary"
        disabled={props.isBusy}
        onClick={() => input.current?.click()}
      >
        <Upload aria-hidden="true" className="size-4" /> {props.button}
      </button>
      <p className="min-w-0 flex-1 basis-60 text-dim">{props.children}</p>
    </div>
  );
};
