-- A database of release 0.1.0 (commit 21a0bd0), made by that release's own program: one village, a chief, a captain, two petitions, two accounts.
CREATE FUNCTION public.board_raise_mark() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  INSERT INTO board_change_mark AS m (table_name, writer, version) VALUES (TG_TABLE_NAME, pg_backend_pid(), 1)
  ON CONFLICT (table_name, writer) DO UPDATE SET version = m.version + 1;
  RETURN NULL;
END $$;
CREATE FUNCTION public.board_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TABLE public.appointment (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    role text NOT NULL,
    area_code text NOT NULL,
    valid_from date,
    valid_to date,
    certificate_on date
);
CREATE SEQUENCE public.appointment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.appointment_id_seq OWNED BY public.appointment.id;
CREATE TABLE public.area (
    code text NOT NULL,
    parent_code text,
    level text NOT NULL,
    name text NOT NULL,
    ranked boolean DEFAULT true,
    valid_from date,
    valid_to date
);
CREATE TABLE public.board_account (
    id bigint NOT NULL,
    username text NOT NULL,
    display_name text NOT NULL,
    role text NOT NULL,
    area_prefix text NOT NULL,
    may_see_names boolean NOT NULL,
    may_see_restricted boolean NOT NULL,
    may_export boolean NOT NULL,
    may_administer boolean NOT NULL,
    password_hash text NOT NULL,
    password_changed_at timestamp without time zone NOT NULL,
    disabled_at timestamp without time zone,
    failed_attempts integer DEFAULT 0 NOT NULL,
    locked_until timestamp without time zone,
    created_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE public.board_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_account_id_seq OWNED BY public.board_account.id;
CREATE TABLE public.board_audit (
    id bigint NOT NULL,
    at timestamp without time zone NOT NULL,
    username text NOT NULL,
    action text NOT NULL,
    detail text
);
CREATE SEQUENCE public.board_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_audit_id_seq OWNED BY public.board_audit.id;
CREATE TABLE public.board_change_mark (
    table_name text NOT NULL,
    writer integer NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.board_decision (
    id bigint NOT NULL,
    petition_id bigint NOT NULL,
    kind text NOT NULL,
    lead_id bigint,
    note text,
    due_on date,
    decided_at timestamp without time zone NOT NULL,
    decided_by text NOT NULL
);
CREATE SEQUENCE public.board_decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_decision_id_seq OWNED BY public.board_decision.id;
CREATE TABLE public.board_import (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    digest text NOT NULL,
    loaded_at timestamp without time zone NOT NULL,
    loaded_by text NOT NULL,
    rows_total integer NOT NULL,
    rows_added integer NOT NULL,
    rows_changed integer NOT NULL,
    rows_same integer NOT NULL,
    rows_refused integer NOT NULL
);
CREATE SEQUENCE public.board_import_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_import_id_seq OWNED BY public.board_import.id;
CREATE TABLE public.board_import_key (
    kind text NOT NULL,
    ref text NOT NULL,
    row_id bigint NOT NULL
);
CREATE TABLE public.board_import_row (
    id bigint NOT NULL,
    import_id bigint NOT NULL,
    row_number integer NOT NULL,
    column_title text NOT NULL,
    value text,
    reason text NOT NULL,
    personal boolean NOT NULL,
    restricted boolean NOT NULL,
    cells text NOT NULL
);
CREATE SEQUENCE public.board_import_row_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_import_row_id_seq OWNED BY public.board_import_row.id;
CREATE TABLE public.board_migration (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.board_property (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.board_selection (
    id bigint NOT NULL,
    year integer NOT NULL,
    role text NOT NULL,
    number integer NOT NULL,
    as_of date,
    rulebook text,
    digest text,
    snapshot text,
    ranking text
);
CREATE SEQUENCE public.board_selection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_selection_id_seq OWNED BY public.board_selection.id;
CREATE TABLE public.board_selection_step (
    id bigint NOT NULL,
    selection_id bigint NOT NULL,
    mark text NOT NULL,
    step text NOT NULL,
    at timestamp without time zone NOT NULL,
    username text NOT NULL,
    reason text NOT NULL,
    until date,
    area_code text,
    person_id bigint,
    confirms bigint
);
CREATE SEQUENCE public.board_selection_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.board_selection_step_id_seq OWNED BY public.board_selection_step.id;
CREATE TABLE public.board_session (
    token_digest text NOT NULL,
    username text NOT NULL,
    password_mark text NOT NULL,
    started_at timestamp without time zone NOT NULL,
    seen_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone
);
CREATE TABLE public.calendar_day (
    day date NOT NULL,
    is_workday boolean NOT NULL,
    name text
);
CREATE TABLE public.captain_mark (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    year integer NOT NULL,
    kind text NOT NULL,
    points double precision,
    passed boolean,
    reason text,
    evidence text,
    decided_by text,
    decided_on date
);
CREATE SEQUENCE public.captain_mark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.captain_mark_id_seq OWNED BY public.captain_mark.id;
CREATE TABLE public.captain_meeting (
    id bigint NOT NULL,
    kind text NOT NULL,
    area_code text NOT NULL,
    held_on date NOT NULL,
    convener_id bigint,
    attendees integer,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE SEQUENCE public.captain_meeting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.captain_meeting_id_seq OWNED BY public.captain_meeting.id;
CREATE TABLE public.captain_visit (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    household_id bigint NOT NULL,
    visited_on date NOT NULL,
    note text,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE SEQUENCE public.captain_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.captain_visit_id_seq OWNED BY public.captain_visit.id;
CREATE TABLE public.household (
    id bigint NOT NULL,
    area_code text NOT NULL,
    kind text NOT NULL,
    card_on date,
    valid_from date,
    valid_to date
);
CREATE SEQUENCE public.household_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.household_id_seq OWNED BY public.household.id;
CREATE TABLE public.leave_period (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    kind text NOT NULL,
    first_day date NOT NULL,
    last_day date
);
CREATE SEQUENCE public.leave_period_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.leave_period_id_seq OWNED BY public.leave_period.id;
CREATE TABLE public.night_lecturer (
    id bigint NOT NULL,
    session_id bigint NOT NULL,
    person_id bigint NOT NULL
);
CREATE SEQUENCE public.night_lecturer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.night_lecturer_id_seq OWNED BY public.night_lecturer.id;
CREATE TABLE public.night_session (
    id bigint NOT NULL,
    kind text NOT NULL,
    area_code text NOT NULL,
    held_on date NOT NULL,
    minutes integer,
    theme text,
    attendees integer,
    measures integer,
    measures_done integer,
    needs integer,
    note text,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE SEQUENCE public.night_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.night_session_id_seq OWNED BY public.night_session.id;
CREATE TABLE public.night_stay (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    area_code text NOT NULL,
    night date NOT NULL,
    note text,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE SEQUENCE public.night_stay_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.night_stay_id_seq OWNED BY public.night_stay.id;
CREATE TABLE public.night_visit (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    area_code text NOT NULL,
    visited_on date NOT NULL,
    people integer,
    note text,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE SEQUENCE public.night_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.night_visit_id_seq OWNED BY public.night_visit.id;
CREATE TABLE public.person (
    id bigint NOT NULL,
    name text NOT NULL,
    phone text
);
CREATE SEQUENCE public.person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;
CREATE TABLE public.petition (
    id bigint NOT NULL,
    number text NOT NULL,
    area_code text NOT NULL,
    channel text,
    origin_visit_id bigint,
    origin_slot_id bigint,
    category text,
    size text,
    sphere text,
    is_dispute boolean DEFAULT false,
    is_xinfang boolean DEFAULT false,
    restricted boolean DEFAULT false,
    title text,
    petitioner_key text,
    opened_at timestamp without time zone NOT NULL,
    contacted_at timestamp without time zone,
    notified_at timestamp without time zone,
    dispatched_at timestamp without time zone,
    accepted_at timestamp without time zone,
    due_at timestamp without time zone,
    extended_to timestamp without time zone,
    ended_at timestamp without time zone,
    outcome text,
    on_the_spot boolean DEFAULT false,
    evidence_on_file boolean DEFAULT false,
    followed_up_at timestamp without time zone,
    closed_at timestamp without time zone,
    level text,
    handler_id bigint,
    lead_id bigint,
    supervised boolean DEFAULT false,
    is_group boolean DEFAULT false,
    skip_level boolean DEFAULT false,
    repeat_of bigint,
    returned integer DEFAULT 0,
    reopened integer DEFAULT 0,
    last_progress_at timestamp without time zone,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE TABLE public.petition_event (
    id bigint NOT NULL,
    petition_id bigint NOT NULL,
    at timestamp without time zone NOT NULL,
    kind text NOT NULL,
    from_level text,
    to_level text,
    person_id bigint,
    note text
);
CREATE SEQUENCE public.petition_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.petition_event_id_seq OWNED BY public.petition_event.id;
CREATE SEQUENCE public.petition_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.petition_id_seq OWNED BY public.petition.id;
CREATE TABLE public.petition_rating (
    id bigint NOT NULL,
    petition_id bigint NOT NULL,
    rated_at timestamp without time zone NOT NULL,
    stars integer NOT NULL,
    method text,
    independent boolean DEFAULT false
);
CREATE SEQUENCE public.petition_rating_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.petition_rating_id_seq OWNED BY public.petition_rating.id;
CREATE TABLE public.reception_slot (
    id bigint NOT NULL,
    area_code text NOT NULL,
    day date NOT NULL,
    place text NOT NULL,
    leader_id bigint,
    backup_id bigint,
    published boolean DEFAULT false,
    received_by bigint,
    batches integer,
    visitors integer,
    recorded_at timestamp without time zone,
    source text,
    source_ref text
);
CREATE SEQUENCE public.reception_slot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reception_slot_id_seq OWNED BY public.reception_slot.id;
CREATE TABLE public.survey_response (
    id bigint NOT NULL,
    year integer NOT NULL,
    person_id bigint NOT NULL,
    household_id bigint,
    score integer NOT NULL,
    answered_on date
);
CREATE SEQUENCE public.survey_response_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.survey_response_id_seq OWNED BY public.survey_response.id;
CREATE TABLE public.training_attendance (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    kind text,
    held_on date NOT NULL
);
CREATE SEQUENCE public.training_attendance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.training_attendance_id_seq OWNED BY public.training_attendance.id;
ALTER TABLE ONLY public.appointment ALTER COLUMN id SET DEFAULT nextval('public.appointment_id_seq'::regclass);
ALTER TABLE ONLY public.board_account ALTER COLUMN id SET DEFAULT nextval('public.board_account_id_seq'::regclass);
ALTER TABLE ONLY public.board_audit ALTER COLUMN id SET DEFAULT nextval('public.board_audit_id_seq'::regclass);
ALTER TABLE ONLY public.board_decision ALTER COLUMN id SET DEFAULT nextval('public.board_decision_id_seq'::regclass);
ALTER TABLE ONLY public.board_import ALTER COLUMN id SET DEFAULT nextval('public.board_import_id_seq'::regclass);
ALTER TABLE ONLY public.board_import_row ALTER COLUMN id SET DEFAULT nextval('public.board_import_row_id_seq'::regclass);
ALTER TABLE ONLY public.board_selection ALTER COLUMN id SET DEFAULT nextval('public.board_selection_id_seq'::regclass);
ALTER TABLE ONLY public.board_selection_step ALTER COLUMN id SET DEFAULT nextval('public.board_selection_step_id_seq'::regclass);
ALTER TABLE ONLY public.captain_mark ALTER COLUMN id SET DEFAULT nextval('public.captain_mark_id_seq'::regclass);
ALTER TABLE ONLY public.captain_meeting ALTER COLUMN id SET DEFAULT nextval('public.captain_meeting_id_seq'::regclass);
ALTER TABLE ONLY public.captain_visit ALTER COLUMN id SET DEFAULT nextval('public.captain_visit_id_seq'::regclass);
ALTER TABLE ONLY public.household ALTER COLUMN id SET DEFAULT nextval('public.household_id_seq'::regclass);
ALTER TABLE ONLY public.leave_period ALTER COLUMN id SET DEFAULT nextval('public.leave_period_id_seq'::regclass);
ALTER TABLE ONLY public.night_lecturer ALTER COLUMN id SET DEFAULT nextval('public.night_lecturer_id_seq'::regclass);
ALTER TABLE ONLY public.night_session ALTER COLUMN id SET DEFAULT nextval('public.night_session_id_seq'::regclass);
ALTER TABLE ONLY public.night_stay ALTER COLUMN id SET DEFAULT nextval('public.night_stay_id_seq'::regclass);
ALTER TABLE ONLY public.night_visit ALTER COLUMN id SET DEFAULT nextval('public.night_visit_id_seq'::regclass);
ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);
ALTER TABLE ONLY public.petition ALTER COLUMN id SET DEFAULT nextval('public.petition_id_seq'::regclass);
ALTER TABLE ONLY public.petition_event ALTER COLUMN id SET DEFAULT nextval('public.petition_event_id_seq'::regclass);
ALTER TABLE ONLY public.petition_rating ALTER COLUMN id SET DEFAULT nextval('public.petition_rating_id_seq'::regclass);
ALTER TABLE ONLY public.reception_slot ALTER COLUMN id SET DEFAULT nextval('public.reception_slot_id_seq'::regclass);
ALTER TABLE ONLY public.survey_response ALTER COLUMN id SET DEFAULT nextval('public.survey_response_id_seq'::regclass);
ALTER TABLE ONLY public.training_attendance ALTER COLUMN id SET DEFAULT nextval('public.training_attendance_id_seq'::regclass);
INSERT INTO public.appointment VALUES (1, 1, 'township_chief', '149981101', '2026-01-01', NULL, NULL);
INSERT INTO public.appointment VALUES (2, 2, 'cell_captain', '1499811012010101001', '2026-01-01', NULL, NULL);
INSERT INTO public.area VALUES ('149981', NULL, 'county', '青石县', true, NULL, NULL);
INSERT INTO public.area VALUES ('149981101', '149981', 'township', '城关镇', true, NULL, NULL);
INSERT INTO public.area VALUES ('149981101201', '149981101', 'village', '东关村', true, NULL, NULL);
INSERT INTO public.area VALUES ('14998110120101', '149981101201', 'patch', '一片', true, NULL, NULL);
INSERT INTO public.area VALUES ('1499811012010101', '14998110120101', 'group', '一组', true, NULL, NULL);
INSERT INTO public.area VALUES ('1499811012010101001', '1499811012010101', 'cell', '一户长', true, NULL, NULL);
INSERT INTO public.board_account VALUES (1, 'guanli', '管理员', 'administrator', '', false, false, false, true, '$2b$04$PE5kK3YIfHA4..LlCF/dquP0YVVCFA0ifaMy7izCQ3evZbnxiQZWe', '2026-11-20 09:00:00', NULL, 0, NULL, '2026-11-20 09:00:00');
INSERT INTO public.board_account VALUES (2, 'shuji', '书记', 'leader', '', true, false, true, false, '$2b$04$SLcaNSBdGb0tD5s722nsiuMObaNXMeLw2OglerM2rAbyX/CPPdKRq', '2026-11-20 09:00:00', NULL, 0, NULL, '2026-11-20 09:00:00');
INSERT INTO public.board_audit VALUES (1, '2026-11-20 09:00:00', '命令行:root', 'account', '新增 guanli(管理员,全部)');
INSERT INTO public.board_audit VALUES (2, '2026-11-20 09:00:00', '命令行:root', 'account', '新增 shuji(县领导,全部)');
INSERT INTO public.board_audit VALUES (3, '2026-11-20 09:00:00', 'guanli', 'sign_in', NULL);
INSERT INTO public.board_audit VALUES (4, '2026-11-20 09:00:00', 'shuji', 'export', '住夜排名 2026-10 xlsx');
INSERT INTO public.board_change_mark VALUES ('area', 13839, 6);
INSERT INTO public.board_change_mark VALUES ('person', 13839, 2);
INSERT INTO public.board_change_mark VALUES ('appointment', 13839, 2);
INSERT INTO public.board_change_mark VALUES ('household', 13839, 1);
INSERT INTO public.board_change_mark VALUES ('night_stay', 13839, 3);
INSERT INTO public.board_change_mark VALUES ('night_visit', 13839, 1);
INSERT INTO public.board_change_mark VALUES ('captain_visit', 13839, 1);
INSERT INTO public.board_change_mark VALUES ('reception_slot', 13839, 1);
INSERT INTO public.board_change_mark VALUES ('petition', 13839, 2);
INSERT INTO public.board_change_mark VALUES ('petition_event', 13839, 2);
INSERT INTO public.board_change_mark VALUES ('petition_rating', 13839, 1);
INSERT INTO public.board_change_mark VALUES ('calendar_day', 13839, 366);
INSERT INTO public.board_migration VALUES ('0002');
INSERT INTO public.calendar_day VALUES ('2026-10-01', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-02', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-03', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-04', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-05', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-06', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-07', false, '国庆节');
INSERT INTO public.calendar_day VALUES ('2026-10-08', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-09', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-10', true, '国庆节调休');
INSERT INTO public.calendar_day VALUES ('2026-10-11', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-12', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-13', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-14', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-15', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-16', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-17', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-18', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-19', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-20', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-21', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-22', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-23', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-24', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-25', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-26', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-27', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-28', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-29', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-30', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-10-31', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-01', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-02', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-03', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-04', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-05', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-06', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-07', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-08', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-09', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-10', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-11', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-12', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-13', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-14', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-15', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-16', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-17', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-18', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-19', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-20', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-21', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-22', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-23', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-24', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-25', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-26', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-27', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-28', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-29', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-11-30', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-01', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-02', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-03', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-04', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-05', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-06', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-07', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-08', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-09', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-10', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-11', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-12', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-13', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-14', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-15', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-16', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-17', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-18', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-19', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-20', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-21', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-22', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-23', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-24', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-25', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-26', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-27', false, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-28', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-29', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-30', true, NULL);
INSERT INTO public.calendar_day VALUES ('2026-12-31', true, NULL);
INSERT INTO public.captain_visit VALUES (1, 2, 1, '2026-11-10', NULL, '2026-11-10 12:00:00', NULL, NULL);
INSERT INTO public.household VALUES (1, '1499811012010101001', 'key', NULL, '2026-01-01', NULL);
INSERT INTO public.night_stay VALUES (1, 1, '149981101', '2026-11-16', NULL, '2026-11-16 21:00:00', 'old', '2026-11-16');
INSERT INTO public.night_stay VALUES (2, 1, '149981101', '2026-11-17', NULL, '2026-11-17 21:00:00', 'old', '2026-11-17');
INSERT INTO public.night_stay VALUES (3, 1, '149981101', '2026-11-18', NULL, '2026-11-18 21:00:00', 'old', '2026-11-18');
INSERT INTO public.night_visit VALUES (1, 1, '149981101201', '2026-11-16', 3, NULL, '2026-11-16 22:00:00', NULL, NULL);
INSERT INTO public.person VALUES (1, '甲某', '13900000001');
INSERT INTO public.person VALUES (2, '乙某', NULL);
INSERT INTO public.petition VALUES (1, 'A-1', '149981101201', 'hotline', NULL, NULL, '道路交通', 'small', NULL, false, false, false, NULL, NULL, '2026-11-02 09:00:00', NULL, NULL, NULL, '2026-11-02 10:00:00', NULL, NULL, '2026-11-04 15:00:00', 'resolved', false, false, NULL, NULL, 'village', 1, NULL, false, false, false, NULL, 0, 0, NULL, '2026-11-02 09:00:00', NULL, NULL);
INSERT INTO public.petition VALUES (2, 'A-2', '149981101201', 'hotline', NULL, NULL, '检举线索', 'small', NULL, false, false, false, NULL, NULL, '2026-11-03 09:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL, NULL, 'village', NULL, NULL, false, false, false, NULL, 0, 0, NULL, '2026-11-03 09:00:00', NULL, NULL);
INSERT INTO public.petition_event VALUES (1, 1, '2026-11-02 09:00:00', 'open', NULL, NULL, NULL, NULL);
INSERT INTO public.petition_event VALUES (2, 1, '2026-11-04 15:00:00', 'resolve', NULL, NULL, NULL, NULL);
INSERT INTO public.petition_rating VALUES (1, 1, '2026-11-05 09:00:00', 5, 'phone', false);
INSERT INTO public.reception_slot VALUES (1, '149981101', '2026-11-17', 'office', 1, NULL, true, 1, 1, 2, '2026-11-17 18:00:00', NULL, NULL);
SELECT pg_catalog.setval('public.appointment_id_seq', 2, true);
SELECT pg_catalog.setval('public.board_account_id_seq', 2, true);
SELECT pg_catalog.setval('public.board_audit_id_seq', 4, true);
SELECT pg_catalog.setval('public.board_decision_id_seq', 1, false);
SELECT pg_catalog.setval('public.board_import_id_seq', 1, false);
SELECT pg_catalog.setval('public.board_import_row_id_seq', 1, false);
SELECT pg_catalog.setval('public.board_selection_id_seq', 1, false);
SELECT pg_catalog.setval('public.board_selection_step_id_seq', 1, false);
SELECT pg_catalog.setval('public.captain_mark_id_seq', 1, false);
SELECT pg_catalog.setval('public.captain_meeting_id_seq', 1, false);
SELECT pg_catalog.setval('public.captain_visit_id_seq', 1, true);
SELECT pg_catalog.setval('public.household_id_seq', 1, true);
SELECT pg_catalog.setval('public.leave_period_id_seq', 1, false);
SELECT pg_catalog.setval('public.night_lecturer_id_seq', 1, false);
SELECT pg_catalog.setval('public.night_session_id_seq', 1, false);
SELECT pg_catalog.setval('public.night_stay_id_seq', 3, true);
SELECT pg_catalog.setval('public.night_visit_id_seq', 1, true);
SELECT pg_catalog.setval('public.person_id_seq', 2, true);
SELECT pg_catalog.setval('public.petition_event_id_seq', 2, true);
SELECT pg_catalog.setval('public.petition_id_seq', 2, true);
SELECT pg_catalog.setval('public.petition_rating_id_seq', 1, true);
SELECT pg_catalog.setval('public.reception_slot_id_seq', 1, true);
SELECT pg_catalog.setval('public.survey_response_id_seq', 1, false);
SELECT pg_catalog.setval('public.training_attendance_id_seq', 1, false);
ALTER TABLE ONLY public.board_migration
    ADD CONSTRAINT board_migration_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT pk_appointment PRIMARY KEY (id);
ALTER TABLE ONLY public.area
    ADD CONSTRAINT pk_area PRIMARY KEY (code);
ALTER TABLE ONLY public.board_account
    ADD CONSTRAINT pk_board_account PRIMARY KEY (id);
ALTER TABLE ONLY public.board_audit
    ADD CONSTRAINT pk_board_audit PRIMARY KEY (id);
ALTER TABLE ONLY public.board_change_mark
    ADD CONSTRAINT pk_board_change_mark PRIMARY KEY (table_name, writer);
ALTER TABLE ONLY public.board_decision
    ADD CONSTRAINT pk_board_decision PRIMARY KEY (id);
ALTER TABLE ONLY public.board_import
    ADD CONSTRAINT pk_board_import PRIMARY KEY (id);
ALTER TABLE ONLY public.board_import_key
    ADD CONSTRAINT pk_board_import_key PRIMARY KEY (kind, ref);
ALTER TABLE ONLY public.board_import_row
    ADD CONSTRAINT pk_board_import_row PRIMARY KEY (id);
ALTER TABLE ONLY public.board_property
    ADD CONSTRAINT pk_board_property PRIMARY KEY (name);
ALTER TABLE ONLY public.board_selection
    ADD CONSTRAINT pk_board_selection PRIMARY KEY (id);
ALTER TABLE ONLY public.board_selection_step
    ADD CONSTRAINT pk_board_selection_step PRIMARY KEY (id);
ALTER TABLE ONLY public.board_session
    ADD CONSTRAINT pk_board_session PRIMARY KEY (token_digest);
ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT pk_calendar_day PRIMARY KEY (day);
ALTER TABLE ONLY public.captain_mark
    ADD CONSTRAINT pk_captain_mark PRIMARY KEY (id);
ALTER TABLE ONLY public.captain_meeting
    ADD CONSTRAINT pk_captain_meeting PRIMARY KEY (id);
ALTER TABLE ONLY public.captain_visit
    ADD CONSTRAINT pk_captain_visit PRIMARY KEY (id);
ALTER TABLE ONLY public.household
    ADD CONSTRAINT pk_household PRIMARY KEY (id);
ALTER TABLE ONLY public.leave_period
    ADD CONSTRAINT pk_leave_period PRIMARY KEY (id);
ALTER TABLE ONLY public.night_lecturer
    ADD CONSTRAINT pk_night_lecturer PRIMARY KEY (id);
ALTER TABLE ONLY public.night_session
    ADD CONSTRAINT pk_night_session PRIMARY KEY (id);
ALTER TABLE ONLY public.night_stay
    ADD CONSTRAINT pk_night_stay PRIMARY KEY (id);
ALTER TABLE ONLY public.night_visit
    ADD CONSTRAINT pk_night_visit PRIMARY KEY (id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT pk_person PRIMARY KEY (id);
ALTER TABLE ONLY public.petition
    ADD CONSTRAINT pk_petition PRIMARY KEY (id);
ALTER TABLE ONLY public.petition_event
    ADD CONSTRAINT pk_petition_event PRIMARY KEY (id);
ALTER TABLE ONLY public.petition_rating
    ADD CONSTRAINT pk_petition_rating PRIMARY KEY (id);
ALTER TABLE ONLY public.reception_slot
    ADD CONSTRAINT pk_reception_slot PRIMARY KEY (id);
ALTER TABLE ONLY public.survey_response
    ADD CONSTRAINT pk_survey_response PRIMARY KEY (id);
ALTER TABLE ONLY public.training_attendance
    ADD CONSTRAINT pk_training_attendance PRIMARY KEY (id);
ALTER TABLE ONLY public.board_account
    ADD CONSTRAINT uq_board_account_username UNIQUE (username);
ALTER TABLE ONLY public.board_selection_step
    ADD CONSTRAINT uq_board_selection_step_selection_id_mark UNIQUE (selection_id, mark);
ALTER TABLE ONLY public.board_selection
    ADD CONSTRAINT uq_board_selection_year_role_number UNIQUE (year, role, number);
ALTER TABLE ONLY public.captain_meeting
    ADD CONSTRAINT uq_captain_meeting_source_source_ref UNIQUE (source, source_ref);
ALTER TABLE ONLY public.captain_visit
    ADD CONSTRAINT uq_captain_visit_source_source_ref UNIQUE (source, source_ref);
ALTER TABLE ONLY public.night_session
    ADD CONSTRAINT uq_night_session_source_source_ref UNIQUE (source, source_ref);
ALTER TABLE ONLY public.night_stay
    ADD CONSTRAINT uq_night_stay_source_source_ref UNIQUE (source, source_ref);
ALTER TABLE ONLY public.night_visit
    ADD CONSTRAINT uq_night_visit_source_source_ref UNIQUE (source, source_ref);
ALTER TABLE ONLY public.petition
    ADD CONSTRAINT uq_petition_number UNIQUE (number);
ALTER TABLE ONLY public.petition
    ADD CONSTRAINT uq_petition_source_source_ref UNIQUE (source, source_ref);
ALTER TABLE ONLY public.reception_slot
    ADD CONSTRAINT uq_reception_slot_source_source_ref UNIQUE (source, source_ref);
CREATE INDEX ix_appointment_area_code_role ON public.appointment USING btree (area_code, role);
CREATE INDEX ix_appointment_person_id ON public.appointment USING btree (person_id);
CREATE INDEX ix_appointment_role_area_code_person_id ON public.appointment USING btree (role, area_code, person_id);
CREATE INDEX ix_area_level_code ON public.area USING btree (level, code);
CREATE INDEX ix_area_parent_code ON public.area USING btree (parent_code);
CREATE INDEX ix_board_audit_at ON public.board_audit USING btree (at);
CREATE INDEX ix_board_audit_username_at ON public.board_audit USING btree (username, at);
CREATE INDEX ix_board_decision_decided_at ON public.board_decision USING btree (decided_at);
CREATE INDEX ix_board_decision_petition_id ON public.board_decision USING btree (petition_id);
CREATE INDEX ix_board_import_loaded_at ON public.board_import USING btree (loaded_at);
CREATE INDEX ix_board_import_row_import_id_row_number ON public.board_import_row USING btree (import_id, row_number);
CREATE INDEX ix_board_session_username ON public.board_session USING btree (username);
CREATE INDEX ix_captain_mark_year_person_id ON public.captain_mark USING btree (year, person_id);
CREATE INDEX ix_captain_meeting_area_code_held_on ON public.captain_meeting USING btree (area_code, held_on);
CREATE INDEX ix_captain_meeting_convener_id_held_on ON public.captain_meeting USING btree (convener_id, held_on);
CREATE INDEX ix_captain_meeting_held_on_kind ON public.captain_meeting USING btree (held_on, kind);
CREATE INDEX ix_captain_meeting_recorded_at ON public.captain_meeting USING btree (recorded_at);
CREATE INDEX ix_captain_visit_household_id_visited_on ON public.captain_visit USING btree (household_id, visited_on);
CREATE INDEX ix_captain_visit_person_id_visited_on ON public.captain_visit USING btree (person_id, visited_on);
CREATE INDEX ix_captain_visit_recorded_at ON public.captain_visit USING btree (recorded_at);
CREATE INDEX ix_captain_visit_visited_on_household_id ON public.captain_visit USING btree (visited_on, household_id);
CREATE INDEX ix_household_area_code ON public.household USING btree (area_code);
CREATE INDEX ix_leave_period_person_id_first_day ON public.leave_period USING btree (person_id, first_day);
CREATE INDEX ix_night_lecturer_person_id ON public.night_lecturer USING btree (person_id);
CREATE INDEX ix_night_lecturer_session_id_person_id ON public.night_lecturer USING btree (session_id, person_id);
CREATE INDEX ix_night_session_area_code_held_on ON public.night_session USING btree (area_code, held_on);
CREATE INDEX ix_night_session_held_on_area_code ON public.night_session USING btree (held_on, area_code);
CREATE INDEX ix_night_session_recorded_at ON public.night_session USING btree (recorded_at);
CREATE INDEX ix_night_stay_area_code_night_person_id ON public.night_stay USING btree (area_code, night, person_id);
CREATE INDEX ix_night_stay_night_area_code_person_id ON public.night_stay USING btree (night, area_code, person_id);
CREATE INDEX ix_night_stay_person_id_night ON public.night_stay USING btree (person_id, night);
CREATE INDEX ix_night_stay_recorded_at ON public.night_stay USING btree (recorded_at);
CREATE INDEX ix_night_visit_area_code_visited_on ON public.night_visit USING btree (area_code, visited_on);
CREATE INDEX ix_night_visit_person_id_visited_on ON public.night_visit USING btree (person_id, visited_on);
CREATE INDEX ix_night_visit_recorded_at ON public.night_visit USING btree (recorded_at);
CREATE INDEX ix_night_visit_visited_on_person_id ON public.night_visit USING btree (visited_on, person_id);
CREATE INDEX ix_petition_area_code_opened_at ON public.petition USING btree (area_code, opened_at);
CREATE INDEX ix_petition_closed_at ON public.petition USING btree (closed_at);
CREATE INDEX ix_petition_dispatched_at ON public.petition USING btree (dispatched_at);
CREATE INDEX ix_petition_due_at ON public.petition USING btree (due_at);
CREATE INDEX ix_petition_ended_at_area_code ON public.petition USING btree (ended_at, area_code);
CREATE INDEX ix_petition_event_kind_at ON public.petition_event USING btree (kind, at);
CREATE INDEX ix_petition_event_person_id ON public.petition_event USING btree (person_id);
CREATE INDEX ix_petition_event_petition_id_at ON public.petition_event USING btree (petition_id, at);
CREATE INDEX ix_petition_extended_to ON public.petition USING btree (extended_to);
CREATE INDEX ix_petition_handler_id_opened_at ON public.petition USING btree (handler_id, opened_at);
CREATE INDEX ix_petition_lead_id ON public.petition USING btree (lead_id);
CREATE INDEX ix_petition_opened_at_area_code ON public.petition USING btree (opened_at, area_code);
CREATE INDEX ix_petition_origin_slot_id ON public.petition USING btree (origin_slot_id);
CREATE INDEX ix_petition_origin_visit_id ON public.petition USING btree (origin_visit_id);
CREATE INDEX ix_petition_rating_petition_id ON public.petition_rating USING btree (petition_id);
CREATE INDEX ix_petition_rating_rated_at ON public.petition_rating USING btree (rated_at);
CREATE INDEX ix_petition_recorded_at ON public.petition USING btree (recorded_at);
CREATE INDEX ix_petition_repeat_of ON public.petition USING btree (repeat_of);
CREATE INDEX ix_reception_slot_area_code_day ON public.reception_slot USING btree (area_code, day);
CREATE INDEX ix_reception_slot_day_area_code ON public.reception_slot USING btree (day, area_code);
CREATE INDEX ix_reception_slot_leader_id_day ON public.reception_slot USING btree (leader_id, day);
CREATE INDEX ix_reception_slot_received_by_day ON public.reception_slot USING btree (received_by, day);
CREATE INDEX ix_reception_slot_recorded_at ON public.reception_slot USING btree (recorded_at);
CREATE INDEX ix_survey_response_household_id ON public.survey_response USING btree (household_id);
CREATE INDEX ix_survey_response_year_person_id ON public.survey_response USING btree (year, person_id);
CREATE INDEX ix_training_attendance_held_on ON public.training_attendance USING btree (held_on);
CREATE INDEX ix_training_attendance_person_id_held_on ON public.training_attendance USING btree (person_id, held_on);
CREATE TRIGGER board_audit_keeps BEFORE DELETE OR UPDATE OR TRUNCATE ON public.board_audit FOR EACH STATEMENT EXECUTE FUNCTION public.board_refuse_change();
CREATE TRIGGER board_decision_keeps BEFORE DELETE OR UPDATE OR TRUNCATE ON public.board_decision FOR EACH STATEMENT EXECUTE FUNCTION public.board_refuse_change();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.appointment FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.area FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.board_decision FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.calendar_day FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.captain_mark FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.captain_meeting FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.captain_visit FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.household FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.leave_period FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.night_lecturer FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.night_session FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.night_stay FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.night_visit FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.person FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.petition FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.petition_event FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.petition_rating FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reception_slot FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.survey_response FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_mark AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.training_attendance FOR EACH STATEMENT EXECUTE FUNCTION public.board_raise_mark();
CREATE TRIGGER board_selection_keeps BEFORE DELETE OR TRUNCATE ON public.board_selection FOR EACH STATEMENT EXECUTE FUNCTION public.board_refuse_change();
CREATE TRIGGER board_selection_keeps_frozen BEFORE UPDATE ON public.board_selection FOR EACH ROW WHEN ((NOT ((old.digest IS NULL) AND (new.digest IS NOT NULL) AND (new.id = old.id) AND (new.year = old.year) AND (new.role = old.role) AND (new.number = old.number)))) EXECUTE FUNCTION public.board_refuse_change();
CREATE TRIGGER board_selection_step_keeps BEFORE DELETE OR UPDATE OR TRUNCATE ON public.board_selection_step FOR EACH STATEMENT EXECUTE FUNCTION public.board_refuse_change();
