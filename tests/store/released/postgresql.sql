CREATE TABLE public.idempotency_keys (
    key character varying(64) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    result character varying(512),
    mover_group character varying(256),
    holder character varying(64),
    claimed_at double precision NOT NULL,
    created_at double precision NOT NULL
);
CREATE TABLE public.operation_events (
    operation_id character varying(36) NOT NULL,
    "position" integer NOT NULL,
    message character varying(512) NOT NULL,
    at double precision NOT NULL
);
CREATE TABLE public.operations (
    id character varying(36) NOT NULL,
    kind character varying(32) NOT NULL,
    status character varying(16) NOT NULL,
    account_id character varying(12) NOT NULL,
    mover_group character varying(256),
    mover_name character varying(256) NOT NULL,
    task_arn character varying(256),
    failure text,
    requested_by character varying(256) NOT NULL,
    created_at double precision NOT NULL,
    updated_at double precision NOT NULL,
    ended_at double precision,
    reservation character varying(600),
    input bytea NOT NULL,
    parts text,
    swept_at double precision
);
CREATE TABLE public.replicas (
    id character varying(64) NOT NULL,
    beat bigint NOT NULL
);
CREATE TABLE public.run_notes (
    run_arn character varying(256) NOT NULL,
    started_by character varying(256),
    cancelled_by character varying(256),
    at double precision NOT NULL
);
CREATE TABLE public.run_starts (
    task_arn character varying(256) NOT NULL,
    after character varying(256) NOT NULL,
    at double precision NOT NULL
);
INSERT INTO public.idempotency_keys VALUES ('6425e833917a2667f6a857760ae3b4f7f31f4121dc22efec8d337d5583ab7582', '749ab2c0d06c42ae3b841b79e79875f02b3a042e43c92378cd28bd444c04d284', '00000000-0000-4000-8000-000000000001', NULL, NULL, 1795929920.573034, 1795929920.573034);
INSERT INTO public.idempotency_keys VALUES ('d63a1eea79499491cd3135c0159ecf95bacb7962b9d06f71828820785c11575d', '749ab2c0d06c42ae3b841b79e79875f02b3a042e43c92378cd28bd444c04d284', NULL, 'g', 'replica-1', 1795929920.810435, 1795929920.810435);
INSERT INTO public.operation_events VALUES ('00000000-0000-4000-8000-000000000002', 1, 'requested creation of source location', 1795929920.659984);
INSERT INTO public.operation_events VALUES ('00000000-0000-4000-8000-000000000004', 1, 'created data mover ''done''', 1795929920.7162707);
INSERT INTO public.operations VALUES ('00000000-0000-4000-8000-000000000001', 'CREATE_MOVER', 'CREATED', '222222222222', 'g', 'waiting', NULL, NULL, 'scheduler for ann', 1795929920.573034, 1795929920.573034, NULL, '222222222222 g waiting', '\x800495c6000000000000008c1567726170682e6d6f64656c2e6f7065726174696f6e948c084e65774d6f7665729493942981945d94288c0c323232323232323232323232948c0167948c0777616974696e67948c1467726170682e6d6f64656c2e6c6f636174696f6e948c065333537065639493942981945d94288c1e61726e3a6177733a73333a3a3a66726f6d2d323232323232323232323232944e4e6562680a2981945d94288c1c61726e3a6177733a73333a3a3a746f2d323232323232323232323232944e4e656229656285942e', NULL, NULL);
INSERT INTO public.operations VALUES ('00000000-0000-4000-8000-000000000002', 'CREATE_MOVER', 'RUNNING', '222222222222', 'g', 'under-way', NULL, NULL, 'scheduler for ann', 1795929920.6146908, 1795929920.6531966, NULL, '222222222222 g under-way', '\x800495c8000000000000008c1567726170682e6d6f64656c2e6f7065726174696f6e948c084e65774d6f7665729493942981945d94288c0c323232323232323232323232948c0167948c09756e6465722d776179948c1467726170682e6d6f64656c2e6c6f636174696f6e948c065333537065639493942981945d94288c1e61726e3a6177733a73333a3a3a66726f6d2d323232323232323232323232944e4e6562680a2981945d94288c1c61726e3a6177733a73333a3a3a746f2d323232323232323232323232944e4e656229656285942e', NULL, NULL);
INSERT INTO public.operations VALUES ('00000000-0000-4000-8000-000000000003', 'DELETE_MOVER', 'CREATED', '222222222222', 'g', 'gone', 'arn:aws:datasync:us-east-1:222222222222:task/task-00000000000000001', NULL, 'scheduler for ann', 1795929920.6700187, 1795929920.6700187, NULL, '222222222222 g gone', '\x8004954b000000000000008c4361726e3a6177733a6461746173796e633a75732d656173742d313a3232323232323232323232323a7461736b2f7461736b2d3030303030303030303030303030303031944e4e87942e', '[["arn:aws:datasync:us-east-1:222222222222:location/loc-00000000000000001", null]]', NULL);
INSERT INTO public.operations VALUES ('00000000-0000-4000-8000-000000000004', 'CREATE_MOVER', 'COMPLETED', '222222222222', 'g', 'done', 'arn:aws:datasync:us-east-1:222222222222:task/task-00000000000000001', NULL, 'scheduler for ann', 1795929920.7057016, 1795929920.7168171, 1795929920.7168171, NULL, '\x800495c3000000000000008c1567726170682e6d6f64656c2e6f7065726174696f6e948c084e65774d6f7665729493942981945d94288c0c323232323232323232323232948c0167948c04646f6e65948c1467726170682e6d6f64656c2e6c6f636174696f6e948c065333537065639493942981945d94288c1e61726e3a6177733a73333a3a3a66726f6d2d323232323232323232323232944e4e6562680a2981945d94288c1c61726e3a6177733a73333a3a3a746f2d323232323232323232323232944e4e656229656285942e', NULL, NULL);
INSERT INTO public.replicas VALUES ('replica-1', 0);
INSERT INTO public.run_notes VALUES ('arn:aws:datasync:us-east-1:222222222222:task/task-00000000000000001/execution/exec-00000000000000001', 'scheduler for ann', 'default', 1795929920.747286);
INSERT INTO public.run_starts VALUES ('arn:aws:datasync:us-east-1:222222222222:task/task-00000000000000001', '', 1795929920.7866359);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.operation_events
    ADD CONSTRAINT operation_events_operation_id_message_key UNIQUE (operation_id, message);
ALTER TABLE ONLY public.operation_events
    ADD CONSTRAINT operation_events_pkey PRIMARY KEY (operation_id, "position");
ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_reservation_key UNIQUE (reservation);
ALTER TABLE ONLY public.replicas
    ADD CONSTRAINT replicas_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.run_notes
    ADD CONSTRAINT run_notes_pkey PRIMARY KEY (run_arn);
ALTER TABLE ONLY public.run_starts
    ADD CONSTRAINT run_starts_pkey PRIMARY KEY (task_arn, after);
CREATE INDEX ix_idempotency_keys_result ON public.idempotency_keys USING btree (result);
CREATE INDEX ix_run_starts_at ON public.run_starts USING btree (at);
CREATE INDEX operations_by_end ON public.operations USING btree (ended_at);
CREATE INDEX operations_by_name ON public.operations USING btree (account_id, mover_group, mover_name);
CREATE INDEX operations_newest ON public.operations USING btree (created_at, id);
