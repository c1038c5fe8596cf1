import { type Brand, readableOn } from "@zerotrace/core/brand/brand";
import { fillMail, type MailKind, type MailLanguage, type MailText } from "@zerotrace/core/mail/mail";
import { type Letter, LOGO_CID } from "./server.ts";
import { WORDS } from "./words.ts";

/** One thing that a mail tells of: its name with what else there is to say, and where it is. */
export interface MailLine {
  readonly title: string;
  readonly detail: string;
  /** Absolute; null: nowhere of its own. */
  readonly url: string | null;
}

/** All that a mail is made of. */
export interface MailContent {
  readonly kind: MailKind;
  readonly language: MailLanguage;
  readonly words: MailText;
  readonly values: Readonly<Record<string, string>>;
  readonly lines: readonly MailLine[];
  /** Things beyond the lines (count). */
  readonly moreCount: number;
  /** Where the button leads. */
  readonly url: string;
  readonly companyName: string;
  readonly brand: Brand;
  /** Where kinds are switched off; null for what was asked for. */
  readonly choicesUrl: string | null;
}

/** A mail in the parts that a page shows. */
export interface MailParts {
  readonly fromName: string;
  readonly subject: string;
  readonly opening: string;
  readonly lines: readonly MailLine[];
  readonly more: string | null;
  readonly action: { readonly label: string; readonly url: string };
  readonly closing: string;
  readonly footer: string | null;
  readonly accent: string;
  readonly onAccent: string;
}

const PRODUCT = "ZeroTrace";
const USUAL_ACCENT = "#3ddc97";
const GROUND = "#ffffff";
const SUBJECT_CHARS_MAX = 250;
const NAME_CHARS_MAX = 100;
/** Letters of a value: a name may be long, and stands in a sentence. */
const VALUE_CHARS_MAX = 500;

// oxlint-disable-next-line no-control-regex -- what would end a header or a line
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A text as one line, whatever somebody is called: nothing in it begins another header. */
export const oneLine = (text: string, most: number): string => text.replaceAll(CONTROLS, " ").trim().slice(0, most);

const escape = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/** The words of a mail with its values, as text. */
export const partsOf = (content: MailContent): MailParts => {
  const { kind, language, words, brand, url } = content;
  const said = WORDS[language];
  const values = Object.fromEntries(
    Object.entries(content.values).map(([name, value]) => [name, oneLine(value, VALUE_CHARS_MAX)]),
  );
  const { accent, onAccent } = readableOn(brand.accent ?? USUAL_ACCENT, GROUND);
  // a subject is kept by every server on the way
  const { link: _, ...open } = values;
  return {
    fromName: oneLine(brand.name ?? PRODUCT, NAME_CHARS_MAX),
    subject: oneLine(fillMail(words.subject, open), SUBJECT_CHARS_MAX),
    opening: fillMail(words.opening, values),
    lines: content.lines.map(({ title, detail, url: at }) => ({
      title: oneLine(title, VALUE_CHARS_MAX),
      detail: oneLine(detail, VALUE_CHARS_MAX),
      url: at,
    })),
    more: content.moreCount > 0 ? fillMail(said.more, { count: String(content.moreCount) }) : null,
    action: { label: said.actions[kind], url },
    closing: fillMail(words.closing, values),
    footer: content.choicesUrl === null ? null : fillMail(said.choices, { company: content.companyName }),
    accent,
    onAccent,
  };
};

const textOf = (parts: MailParts, choicesUrl: string | null): string => {
  const lines = parts.lines.map(({ title, detail, url }) =>
    [`- ${title}`, ...[detail, url ?? ""].filter((one) => one !== "").map((one) => `  ${one}`)].join("\n"),
  );
  return [
    parts.opening,
    [...lines, ...(parts.more === null ? [] : [parts.more])].join("\n"),
    `${parts.action.label}:\n${parts.action.url}`,
    parts.closing,
    `-- \n${parts.fromName}${parts.footer === null ? "" : `\n${parts.footer}\n${choicesUrl}`}`,
  ]
    .filter((block) => block !== "")
    .join("\n\n");
};

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const DIM = "color:#5c6b66;font-size:13px";

const paragraphs = (text: string, link: string): string =>
  text === ""
    ? ""
    : text
        .split(/\n{2,}/)
        .map((block) => {
          const shown = escape(block).replaceAll("\n", "<br>");
          const named = escape(link);
          return `<p style="margin:0 0 16px">${shown.replaceAll(named, () => `<a href="${named}">${named}</a>`)}</p>`;
        })
        .join("");

const listOf = (parts: MailParts): string => {
  if (parts.lines.length === 0) return "";
  const rows = parts.lines.map(({ title, detail, url }) => {
    const name = url === null ? escape(title) : `<a href="${escape(url)}" style="color:#14201b">${escape(title)}</a>`;
    const more = detail === "" ? "" : `<br><span style="${DIM}">${escape(detail)}</span>`;
    return `<li style="margin:0 0 8px"><strong>${name}</strong>${more}</li>`;
  });
  const more = parts.more === null ? "" : `<p style="margin:0 0 16px;${DIM}">${escape(parts.more)}</p>`;
  return `<ul style="margin:0 0 16px;padding-left:20px">${rows.join("")}</ul>${more}`;
};

const htmlOf = (parts: MailParts, { language, choicesUrl }: MailContent, hasLogo: boolean): string => {
  const name = escape(parts.fromName);
  const head = hasLogo
    ? `<img src="cid:${LOGO_CID}" alt="${name}" height="40" style="height:40px;max-width:240px">`
    : `<strong style="font-size:18px;color:${parts.accent}">${name}</strong>`;
  const button = `display:inline-block;padding:10px 18px;border-radius:6px;text-decoration:none;background:${parts.accent};color:${parts.onAccent}`;
  const footer =
    parts.footer === null
      ? ""
      : `<p style="margin:24px 0 0;${DIM}">${escape(parts.footer)} <a href="${escape(choicesUrl ?? "")}" style="color:#5c6b66">${escape(choicesUrl ?? "")}</a></p>`;
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(parts.subject)}</title></head>
<body style="margin:0;background:#f3f5f4;${FONT};font-size:15px;line-height:1.5;color:#14201b"><div style="max-width:560px;margin:0 auto;padding:24px">
<div style="margin:0 0 16px">${head}</div>
<div style="background:${GROUND};border:1px solid #dde3e0;border-radius:8px;padding:24px">${paragraphs(parts.opening, parts.action.url)}${listOf(parts)}<p style="margin:0 0 16px"><a href="${escape(parts.action.url)}" style="${button}">${escape(parts.action.label)}</a></p>${paragraphs(parts.closing, parts.action.url)}</div>${footer}
</div></body></html>
`;
};

const logoOf = (logo: string | null): Letter["logo"] => {
  const [, type, base64] = /^data:(image\/[a-z]+);base64,(.+)$/.exec(logo ?? "") ?? [];
  return type === undefined || base64 === undefined ? null : { type, base64 };
};

/** A mail as it is handed over but for whom it goes to: one line of subject, text, and HTML in which everything is escaped. */
export const letterOf = (content: MailContent): Omit<Letter, "to" | "messageId"> => {
  const parts = partsOf(content);
  const logo = logoOf(content.brand.logo);
  return {
    fromName: parts.fromName,
    subject: parts.subject,
    text: textOf(parts, content.choicesUrl),
    html: htmlOf(parts, content, logo !== null),
    logo,
    choicesUrl: content.choicesUrl,
  };
};
