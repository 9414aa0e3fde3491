import type { QueryRunner } from 'typeorm';
import type { Migration } from './migration';

/** Tables of the first read models, version 1 each, copied from their definitions of that time. */
export class ReadModels implements Migration {
  readonly name = 'read-models-0000000000008';
  readonly kind = 'expanding';

  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      create table read.workflow_v1 (
        workflow_id text collate "C" not null,
        name text collate "C" not null,
        workflow_type text collate "C" not null,
        classification text collate "C" not null,
        phase_count bigint not null,
        requires_repos boolean not null,
        is_archived boolean not null,
        runs_count bigint not null,
        created_at timestamp with time zone not null,
        definition jsonb not null,
        position bigint not null,
        primary key (workflow_id)
      );
      create index on read.workflow_v1 (created_at);
      create index on read.workflow_v1 (workflow_type, created_at);
      grant select, insert, update, delete on read.workflow_v1 to syn_projection_worker;
      grant select on read.workflow_v1 to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch) select 'workflow', 1, store_epoch from log.log_head;

      create table read.execution_v1 (
        execution_id text collate "C" not null,
        workflow_id text collate "C" not null,
        workflow_name text collate "C" not null,
        status text collate "C" not null,
        asked text collate "C",
        started_at timestamp with time zone not null,
        completed_at timestamp with time zone,
        completed_phases bigint not null,
        total_phases bigint not null,
        input_tokens bigint not null,
        output_tokens bigint not null,
        cache_creation_tokens bigint not null,
        cache_read_tokens bigint not null,
        total_tokens bigint not null,
        cost_usd numeric,
        cost_complete boolean not null,
        tool_call_count bigint not null,
        error_message text collate "C",
        detail jsonb not null,
        position bigint not null,
        primary key (execution_id)
      );
      create index on read.execution_v1 (started_at);
      create index on read.execution_v1 (status, started_at);
      create index on read.execution_v1 (workflow_id, started_at);
      grant select, insert, update, delete on read.execution_v1 to syn_projection_worker;
      grant select on read.execution_v1 to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch) select 'execution', 1, store_epoch from log.log_head;

      create table read.execution_feed_v1 (
        feed_id text collate "C" not null,
        execution_id text collate "C" not null,
        event_position bigint not null,
        type text collate "C" not null,
        recorded_at timestamp with time zone not null,
        data jsonb not null,
        position bigint not null,
        primary key (feed_id)
      );
      create index on read.execution_feed_v1 (execution_id, event_position);
      grant select, insert, update, delete on read.execution_feed_v1 to syn_projection_worker;
      grant select on read.execution_feed_v1 to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch) select 'execution_feed', 1, store_epoch from log.log_head;

      create table read.session_v1 (
        session_id text collate "C" not null,
        execution_id text collate "C" not null,
        workflow_id text collate "C" not null,
        phase_id text collate "C" not null,
        status text collate "C" not null,
        provider text collate "C" not null,
        model text collate "C",
        input_tokens bigint not null,
        output_tokens bigint not null,
        cache_creation_tokens bigint not null,
        cache_read_tokens bigint not null,
        total_tokens bigint not null,
        cost_usd numeric,
        cost_complete boolean not null,
        tool_call_count bigint not null,
        started_at timestamp with time zone not null,
        completed_at timestamp with time zone,
        error_message text collate "C",
        detail jsonb not null,
        position bigint not null,
        primary key (session_id)
      );
      create index on read.session_v1 (started_at);
      create index on read.session_v1 (execution_id);
      create index on read.session_v1 (workflow_id, started_at);
      create index on read.session_v1 (status, started_at);
      grant select, insert, update, delete on read.session_v1 to syn_projection_worker;
      grant select on read.session_v1 to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch) select 'session', 1, store_epoch from log.log_head;

      create table read.artifact_v1 (
        artifact_id text collate "C" not null,
        workflow_id text collate "C" not null,
        phase_id text collate "C" not null,
        execution_id text collate "C" not null,
        session_id text collate "C" not null,
        artifact_type text collate "C" not null,
        content_type text collate "C" not null,
        title text collate "C" not null,
        path text collate "C" not null,
        sha256 text collate "C" not null,
        size_bytes bigint not null,
        uri text collate "C" not null,
        is_primary_deliverable boolean not null,
        created_at timestamp with time zone not null,
        position bigint not null,
        primary key (artifact_id)
      );
      create index on read.artifact_v1 (created_at);
      create index on read.artifact_v1 (execution_id);
      create index on read.artifact_v1 (workflow_id, created_at);
      create index on read.artifact_v1 (phase_id, created_at);
      grant select, insert, update, delete on read.artifact_v1 to syn_projection_worker;
      grant select on read.artifact_v1 to syn_gateway;
      insert into read.checkpoints (projection, version, store_epoch) select 'artifact', 1, store_epoch from log.log_head;
    `);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query(
      'drop table read.workflow_v1, read.execution_v1, read.execution_feed_v1, read.session_v1, read.artifact_v1',
    );
    await queries.query('delete from read.checkpoints');
  }
}
