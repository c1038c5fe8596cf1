import { useMutation } from "@tanstack/react-query";
import { call, contract } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

/** Renews the key under which the company's secrets are sealed. */
export const DataKey = () => {
  const renew = useMutation({ mutationFn: () => call(contract.settings.renewDataKey) });
  return (
    <Panel title={say("Key of the secrets")}>
      <div className="grid justify-items-start gap-3 text-sm">
        <p className="text-dim">
          {say(
            "Secrets that must be read again, such as those of single sign-on and registries, are sealed under a key of this company. A new one seals from then on, and what older ones sealed is sealed anew in the background.",
          )}
        </p>
        <Confirm
          verb={say("Renew the key")}
          question={say("Every secret of the company is sealed under a new key")}
          onConfirm={() => renew.mutate()}
        />
        {renew.data && (
          <output>
            {say("The key")} <span className="mono">{renew.data.keyId}</span> {say("seals from now on.")}
          </output>
        )}
        {renew.error && <ErrorPanel error={renew.error} />}
      </div>
    </Panel>
  );
};
