import type { Words } from "./words.ts";

/** English. */
export const EN: Words = {
  texts: {
    invitation: {
      subject: "{by} invites you to {company} in ZeroTrace",
      opening: "Hello,\n{by} invites you to work with {company} in ZeroTrace, as {role}.",
      closing: "The link is for you alone and ends on {until}. If you did not expect it, you need do nothing.",
    },
    password_reset: {
      subject: "Choose a new password for {company}",
      opening:
        "Hello {person},\nsomebody who manages the people of {company} made a link by which you choose a new password.",
      closing: "The link works once and ends on {until}. If you did not ask for it, tell whoever manages your account.",
    },
    password_forgotten: {
      subject: "Choose a new password for {company}",
      opening:
        "Hello {person},\nsomebody, probably you, asked for a new password on the sign-in page. By this link you choose one; every session that you have ends then.",
      closing:
        "The link works once and ends on {until}. If it was not you, you need do nothing: your password stays as it is.",
    },
    password_elsewhere: {
      subject: "How you sign in to {company}",
      opening:
        "Hello {person},\nsomebody, probably you, asked for a new password on the sign-in page. You sign in to {company} without one: choose “Use single sign-on” there.",
      closing: "If it was not you, you need do nothing: nothing was changed.",
    },
    mention: {
      subject: "{by} mentioned you: {company}",
      opening: "Hello {person},\nyou were mentioned in comments ({count}).",
      closing: "",
    },
    fix_assigned: {
      subject: "Fixes for you: {count} ({company})",
      opening: "Hello {person},\n{by} gave you work on fixes ({count}).",
      closing: "",
    },
    fixes_due: {
      subject: "Your fixes: {overdue} overdue, {count} due soon or past ({company})",
      opening: "Hello {person},\nthese fixes of yours are due soon or past their day.",
      closing: "",
    },
    decision_waits: {
      subject: "A decision waits for your approval: {company}",
      opening: "Hello {person},\n{by} proposes what counts only when a second person approves it ({count}).",
      closing: "",
    },
  },
  actions: {
    invitation: "Accept the invitation",
    password_reset: "Choose a new password",
    password_forgotten: "Choose a new password",
    password_elsewhere: "Sign in",
    mention: "Open the comments",
    fix_assigned: "Open your fixes",
    fixes_due: "Open your fixes",
    decision_waits: "Look at the decisions",
  },
  decisions: {
    accept_risk: "accept the risk",
    false_positive: "false positive",
    not_affected: "not affected",
    deferred: "deferred",
  },
  somebody: "Somebody",
  more: "and {count} more",
  closes: "{findings} findings on {assets} assets",
  to: "to {version}",
  due: "due {day}",
  overdue: "overdue since {day}",
  until: "until {day}",
  choices: "You get this mail because of your account at {company}. Choose which mails you get:",
  test: "[Test] ",
  sample: {
    person: "Ann Lee",
    by: "Sam Park",
    role: "analyst",
    comment: "@ann can you look at the web servers first?",
  },
};
