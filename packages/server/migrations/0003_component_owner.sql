-- A language package inside the files of an operating-system package is another component than the same one elsewhere, and is
-- judged with its owner: package_id and judged_version are then the owner's.
alter table component
  add column owner_ecosystem text not null default '',
  add column owner_name text not null default '',
  add column owner_version text not null default '';
alter table component
  drop constraint component_ecosystem_name_version_arch_source_name_source_ve_key;
alter table component
  add constraint component_identity unique
    (ecosystem, name, version, arch, source_name, source_version, owner_ecosystem, owner_name, owner_version);
