-- A database of release 0.1.0 (commit 21a0bd0), made by that release's own program: one village, a chief, a captain, two petitions, two accounts.
BEGIN TRANSACTION;
CREATE TABLE appointment (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	valid_from DATE, 
	valid_to DATE, 
	certificate_on DATE, 
	CONSTRAINT pk_appointment PRIMARY KEY (id)
);
INSERT INTO "appointment" VALUES(1,1,'township_chief','149981101','2026-01-01',NULL,NULL);
INSERT INTO "appointment" VALUES(2,2,'cell_captain','1499811012010101001','2026-01-01',NULL,NULL);
CREATE TABLE area (
	code TEXT NOT NULL, 
	parent_code TEXT, 
	level TEXT NOT NULL, 
	name TEXT NOT NULL, 
	ranked BOOLEAN DEFAULT 1, 
	valid_from DATE, 
	valid_to DATE, 
	CONSTRAINT pk_area PRIMARY KEY (code)
);
INSERT INTO "area" VALUES('149981',NULL,'county','青石县',1,NULL,NULL);
INSERT INTO "area" VALUES('149981101','149981','township','城关镇',1,NULL,NULL);
INSERT INTO "area" VALUES('149981101201','149981101','village','东关村',1,NULL,NULL);
INSERT INTO "area" VALUES('14998110120101','149981101201','patch','一片',1,NULL,NULL);
INSERT INTO "area" VALUES('1499811012010101','14998110120101','group','一组',1,NULL,NULL);
INSERT INTO "area" VALUES('1499811012010101001','1499811012010101','cell','一户长',1,NULL,NULL);
CREATE TABLE board_account (
	id INTEGER NOT NULL, 
	username TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	area_prefix TEXT NOT NULL, 
	may_see_names BOOLEAN NOT NULL, 
	may_see_restricted BOOLEAN NOT NULL, 
	may_export BOOLEAN NOT NULL, 
	may_administer BOOLEAN NOT NULL, 
	password_hash TEXT NOT NULL, 
	password_changed_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	failed_attempts INTEGER DEFAULT 0 NOT NULL, 
	locked_until DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_board_account PRIMARY KEY (id), 
	CONSTRAINT uq_board_account_username UNIQUE (username)
);
INSERT INTO "board_account" VALUES(1,'guanli','管理员','administrator','',0,0,0,1,'$2b$04$NRLhGsIrPeJEb.gy1tWw4eVFBFYLAuOy1tSa5XyQVE8SvcxvPcPl2','2026-11-20 09:00:00',NULL,0,NULL,'2026-11-20 09:00:00');
INSERT INTO "board_account" VALUES(2,'shuji','书记','leader','',1,0,1,0,'$2b$04$4NSjaafp6WUFpaTjnJ2cSOjPHYIUOZhyPlmepVwYsP1yYCKLB25g6','2026-11-20 09:00:00',NULL,0,NULL,'2026-11-20 09:00:00');
CREATE TABLE board_audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	username TEXT NOT NULL, 
	action TEXT NOT NULL, 
	detail TEXT, 
	CONSTRAINT pk_board_audit PRIMARY KEY (id)
);
INSERT INTO "board_audit" VALUES(1,'2026-11-20 09:00:00','命令行:root','account','新增 guanli(管理员,全部)');
INSERT INTO "board_audit" VALUES(2,'2026-11-20 09:00:00','命令行:root','account','新增 shuji(县领导,全部)');
INSERT INTO "board_audit" VALUES(3,'2026-11-20 09:00:00','guanli','sign_in',NULL);
INSERT INTO "board_audit" VALUES(4,'2026-11-20 09:00:00','shuji','export','住夜排名 2026-10 xlsx');
CREATE TABLE board_change_mark (
	table_name TEXT NOT NULL, 
	writer INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_board_change_mark PRIMARY KEY (table_name, writer)
);
INSERT INTO "board_change_mark" VALUES('calendar_day',0,638);
INSERT INTO "board_change_mark" VALUES('area',0,6);
INSERT INTO "board_change_mark" VALUES('person',0,2);
INSERT INTO "board_change_mark" VALUES('appointment',0,2);
INSERT INTO "board_change_mark" VALUES('household',0,1);
INSERT INTO "board_change_mark" VALUES('night_stay',0,3);
INSERT INTO "board_change_mark" VALUES('night_visit',0,1);
INSERT INTO "board_change_mark" VALUES('captain_visit',0,1);
INSERT INTO "board_change_mark" VALUES('reception_slot',0,1);
INSERT INTO "board_change_mark" VALUES('petition',0,2);
INSERT INTO "board_change_mark" VALUES('petition_event',0,2);
INSERT INTO "board_change_mark" VALUES('petition_rating',0,1);
CREATE TABLE board_decision (
	id INTEGER NOT NULL, 
	petition_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	lead_id INTEGER, 
	note TEXT, 
	due_on DATE, 
	decided_at DATETIME NOT NULL, 
	decided_by TEXT NOT NULL, 
	CONSTRAINT pk_board_decision PRIMARY KEY (id)
);
CREATE TABLE board_import (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	loaded_at DATETIME NOT NULL, 
	loaded_by TEXT NOT NULL, 
	rows_total INTEGER NOT NULL, 
	rows_added INTEGER NOT NULL, 
	rows_changed INTEGER NOT NULL, 
	rows_same INTEGER NOT NULL, 
	rows_refused INTEGER NOT NULL, 
	CONSTRAINT pk_board_import PRIMARY KEY (id)
);
CREATE TABLE board_import_key (
	kind TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	row_id INTEGER NOT NULL, 
	CONSTRAINT pk_board_import_key PRIMARY KEY (kind, ref)
);
CREATE TABLE board_import_row (
	id INTEGER NOT NULL, 
	import_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	column_title TEXT NOT NULL, 
	value TEXT, 
	reason TEXT NOT NULL, 
	personal BOOLEAN NOT NULL, 
	restricted BOOLEAN NOT NULL, 
	cells TEXT NOT NULL, 
	CONSTRAINT pk_board_import_row PRIMARY KEY (id)
);
CREATE TABLE board_migration (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT board_migration_pkc PRIMARY KEY (version_num)
);
INSERT INTO "board_migration" VALUES('0002');
CREATE TABLE board_property (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_board_property PRIMARY KEY (name)
);
CREATE TABLE board_selection (
	id INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	as_of DATE, 
	rulebook TEXT, 
	digest TEXT, 
	snapshot TEXT, 
	ranking TEXT, 
	CONSTRAINT pk_board_selection PRIMARY KEY (id), 
	CONSTRAINT uq_board_selection_year_role_number UNIQUE (year, role, number)
);
CREATE TABLE board_selection_step (
	id INTEGER NOT NULL, 
	selection_id INTEGER NOT NULL, 
	mark TEXT NOT NULL, 
	step TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	username TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	until DATE, 
	area_code TEXT, 
	person_id INTEGER, 
	confirms INTEGER, 
	CONSTRAINT pk_board_selection_step PRIMARY KEY (id), 
	CONSTRAINT uq_board_selection_step_selection_id_mark UNIQUE (selection_id, mark)
);
CREATE TABLE board_session (
	token_digest TEXT NOT NULL, 
	username TEXT NOT NULL, 
	password_mark TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_board_session PRIMARY KEY (token_digest)
);
CREATE TABLE calendar_day (
	day DATE NOT NULL, 
	is_workday BOOLEAN NOT NULL, 
	name TEXT, 
	CONSTRAINT pk_calendar_day PRIMARY KEY (day)
);
INSERT INTO "calendar_day" VALUES('2026-10-01',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-02',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-03',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-04',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-05',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-06',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-07',0,'国庆节');
INSERT INTO "calendar_day" VALUES('2026-10-08',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-09',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-10',1,'国庆节调休');
INSERT INTO "calendar_day" VALUES('2026-10-11',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-12',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-13',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-14',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-15',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-16',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-17',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-18',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-19',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-20',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-21',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-22',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-23',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-24',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-25',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-26',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-27',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-28',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-29',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-30',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-10-31',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-01',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-02',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-03',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-04',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-05',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-06',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-07',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-08',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-09',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-10',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-11',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-12',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-13',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-14',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-15',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-16',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-17',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-18',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-19',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-20',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-21',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-22',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-23',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-24',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-25',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-26',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-27',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-28',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-29',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-11-30',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-01',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-02',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-03',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-04',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-05',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-06',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-07',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-08',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-09',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-10',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-11',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-12',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-13',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-14',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-15',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-16',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-17',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-18',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-19',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-20',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-21',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-22',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-23',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-24',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-25',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-26',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-27',0,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-28',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-29',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-30',1,NULL);
INSERT INTO "calendar_day" VALUES('2026-12-31',1,NULL);
CREATE TABLE captain_mark (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	points DOUBLE, 
	passed BOOLEAN, 
	reason TEXT, 
	evidence TEXT, 
	decided_by TEXT, 
	decided_on DATE, 
	CONSTRAINT pk_captain_mark PRIMARY KEY (id)
);
CREATE TABLE captain_meeting (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	held_on DATE NOT NULL, 
	convener_id INTEGER, 
	attendees INTEGER, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_captain_meeting PRIMARY KEY (id), 
	CONSTRAINT uq_captain_meeting_source_source_ref UNIQUE (source, source_ref)
);
CREATE TABLE captain_visit (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	household_id INTEGER NOT NULL, 
	visited_on DATE NOT NULL, 
	note TEXT, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_captain_visit PRIMARY KEY (id), 
	CONSTRAINT uq_captain_visit_source_source_ref UNIQUE (source, source_ref)
);
INSERT INTO "captain_visit" VALUES(1,2,1,'2026-11-10',NULL,'2026-11-10 12:00:00',NULL,NULL);
CREATE TABLE household (
	id INTEGER NOT NULL, 
	area_code TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	card_on DATE, 
	valid_from DATE, 
	valid_to DATE, 
	CONSTRAINT pk_household PRIMARY KEY (id)
);
INSERT INTO "household" VALUES(1,'1499811012010101001','key',NULL,'2026-01-01',NULL);
CREATE TABLE leave_period (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE, 
	CONSTRAINT pk_leave_period PRIMARY KEY (id)
);
CREATE TABLE night_lecturer (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	CONSTRAINT pk_night_lecturer PRIMARY KEY (id)
);
CREATE TABLE night_session (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	held_on DATE NOT NULL, 
	minutes INTEGER, 
	theme TEXT, 
	attendees INTEGER, 
	measures INTEGER, 
	measures_done INTEGER, 
	needs INTEGER, 
	note TEXT, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_night_session PRIMARY KEY (id), 
	CONSTRAINT uq_night_session_source_source_ref UNIQUE (source, source_ref)
);
CREATE TABLE night_stay (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	area_code TEXT NOT NULL, 
	night DATE NOT NULL, 
	note TEXT, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_night_stay PRIMARY KEY (id), 
	CONSTRAINT uq_night_stay_source_source_ref UNIQUE (source, source_ref)
);
INSERT INTO "night_stay" VALUES(1,1,'149981101','2026-11-16',NULL,'2026-11-16 21:00:00','old','2026-11-16');
INSERT INTO "night_stay" VALUES(2,1,'149981101','2026-11-17',NULL,'2026-11-17 21:00:00','old','2026-11-17');
INSERT INTO "night_stay" VALUES(3,1,'149981101','2026-11-18',NULL,'2026-11-18 21:00:00','old','2026-11-18');
CREATE TABLE night_visit (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	area_code TEXT NOT NULL, 
	visited_on DATE NOT NULL, 
	people INTEGER, 
	note TEXT, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_night_visit PRIMARY KEY (id), 
	CONSTRAINT uq_night_visit_source_source_ref UNIQUE (source, source_ref)
);
INSERT INTO "night_visit" VALUES(1,1,'149981101201','2026-11-16',3,NULL,'2026-11-16 22:00:00',NULL,NULL);
CREATE TABLE person (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	phone TEXT, 
	CONSTRAINT pk_person PRIMARY KEY (id)
);
INSERT INTO "person" VALUES(1,'甲某','13900000001');
INSERT INTO "person" VALUES(2,'乙某',NULL);
CREATE TABLE petition (
	id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	area_code TEXT NOT NULL, 
	channel TEXT, 
	origin_visit_id INTEGER, 
	origin_slot_id INTEGER, 
	category TEXT, 
	size TEXT, 
	sphere TEXT, 
	is_dispute BOOLEAN DEFAULT 0, 
	is_xinfang BOOLEAN DEFAULT 0, 
	restricted BOOLEAN DEFAULT 0, 
	title TEXT, 
	petitioner_key TEXT, 
	opened_at DATETIME NOT NULL, 
	contacted_at DATETIME, 
	notified_at DATETIME, 
	dispatched_at DATETIME, 
	accepted_at DATETIME, 
	due_at DATETIME, 
	extended_to DATETIME, 
	ended_at DATETIME, 
	outcome TEXT, 
	on_the_spot BOOLEAN DEFAULT 0, 
	evidence_on_file BOOLEAN DEFAULT 0, 
	followed_up_at DATETIME, 
	closed_at DATETIME, 
	level TEXT, 
	handler_id INTEGER, 
	lead_id INTEGER, 
	supervised BOOLEAN DEFAULT 0, 
	is_group BOOLEAN DEFAULT 0, 
	skip_level BOOLEAN DEFAULT 0, 
	repeat_of INTEGER, 
	returned INTEGER DEFAULT 0, 
	reopened INTEGER DEFAULT 0, 
	last_progress_at DATETIME, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_petition PRIMARY KEY (id), 
	CONSTRAINT uq_petition_number UNIQUE (number), 
	CONSTRAINT uq_petition_source_source_ref UNIQUE (source, source_ref)
);
INSERT INTO "petition" VALUES(1,'A-1','149981101201','hotline',NULL,NULL,'道路交通','small',NULL,0,0,0,NULL,NULL,'2026-11-02 09:00:00',NULL,NULL,NULL,'2026-11-02 10:00:00',NULL,NULL,'2026-11-04 15:00:00','resolved',0,0,NULL,NULL,'village',1,NULL,0,0,0,NULL,0,0,NULL,'2026-11-02 09:00:00',NULL,NULL);
INSERT INTO "petition" VALUES(2,'A-2','149981101201','hotline',NULL,NULL,'检举线索','small',NULL,0,0,0,NULL,NULL,'2026-11-03 09:00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,'village',NULL,NULL,0,0,0,NULL,0,0,NULL,'2026-11-03 09:00:00',NULL,NULL);
CREATE TABLE petition_event (
	id INTEGER NOT NULL, 
	petition_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	from_level TEXT, 
	to_level TEXT, 
	person_id INTEGER, 
	note TEXT, 
	CONSTRAINT pk_petition_event PRIMARY KEY (id)
);
INSERT INTO "petition_event" VALUES(1,1,'2026-11-02 09:00:00','open',NULL,NULL,NULL,NULL);
INSERT INTO "petition_event" VALUES(2,1,'2026-11-04 15:00:00','resolve',NULL,NULL,NULL,NULL);
CREATE TABLE petition_rating (
	id INTEGER NOT NULL, 
	petition_id INTEGER NOT NULL, 
	rated_at DATETIME NOT NULL, 
	stars INTEGER NOT NULL, 
	method TEXT, 
	independent BOOLEAN DEFAULT 0, 
	CONSTRAINT pk_petition_rating PRIMARY KEY (id)
);
INSERT INTO "petition_rating" VALUES(1,1,'2026-11-05 09:00:00',5,'phone',0);
CREATE TABLE reception_slot (
	id INTEGER NOT NULL, 
	area_code TEXT NOT NULL, 
	day DATE NOT NULL, 
	place TEXT NOT NULL, 
	leader_id INTEGER, 
	backup_id INTEGER, 
	published BOOLEAN DEFAULT 0, 
	received_by INTEGER, 
	batches INTEGER, 
	visitors INTEGER, 
	recorded_at DATETIME, 
	source TEXT, 
	source_ref TEXT, 
	CONSTRAINT pk_reception_slot PRIMARY KEY (id), 
	CONSTRAINT uq_reception_slot_source_source_ref UNIQUE (source, source_ref)
);
INSERT INTO "reception_slot" VALUES(1,'149981101','2026-11-17','office',1,NULL,1,1,1,2,'2026-11-17 18:00:00',NULL,NULL);
CREATE TABLE survey_response (
	id INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	household_id INTEGER, 
	score INTEGER NOT NULL, 
	answered_on DATE, 
	CONSTRAINT pk_survey_response PRIMARY KEY (id)
);
CREATE TABLE training_attendance (
	id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	kind TEXT, 
	held_on DATE NOT NULL, 
	CONSTRAINT pk_training_attendance PRIMARY KEY (id)
);
CREATE INDEX ix_appointment_area_code_role ON appointment (area_code, role);
CREATE INDEX ix_appointment_person_id ON appointment (person_id);
CREATE INDEX ix_appointment_role_area_code_person_id ON appointment (role, area_code, person_id);
CREATE INDEX ix_area_level_code ON area (level, code);
CREATE INDEX ix_area_parent_code ON area (parent_code);
CREATE INDEX ix_board_audit_at ON board_audit (at);
CREATE INDEX ix_board_audit_username_at ON board_audit (username, at);
CREATE INDEX ix_board_session_username ON board_session (username);
CREATE INDEX ix_captain_mark_year_person_id ON captain_mark (year, person_id);
CREATE INDEX ix_captain_meeting_recorded_at ON captain_meeting (recorded_at);
CREATE INDEX ix_captain_meeting_area_code_held_on ON captain_meeting (area_code, held_on);
CREATE INDEX ix_captain_meeting_convener_id_held_on ON captain_meeting (convener_id, held_on);
CREATE INDEX ix_captain_meeting_held_on_kind ON captain_meeting (held_on, kind);
CREATE INDEX ix_captain_visit_recorded_at ON captain_visit (recorded_at);
CREATE INDEX ix_captain_visit_household_id_visited_on ON captain_visit (household_id, visited_on);
CREATE INDEX ix_captain_visit_person_id_visited_on ON captain_visit (person_id, visited_on);
CREATE INDEX ix_captain_visit_visited_on_household_id ON captain_visit (visited_on, household_id);
CREATE INDEX ix_household_area_code ON household (area_code);
CREATE INDEX ix_leave_period_person_id_first_day ON leave_period (person_id, first_day);
CREATE INDEX ix_night_lecturer_person_id ON night_lecturer (person_id);
CREATE INDEX ix_night_lecturer_session_id_person_id ON night_lecturer (session_id, person_id);
CREATE INDEX ix_night_session_recorded_at ON night_session (recorded_at);
CREATE INDEX ix_night_session_area_code_held_on ON night_session (area_code, held_on);
CREATE INDEX ix_night_session_held_on_area_code ON night_session (held_on, area_code);
CREATE INDEX ix_night_stay_recorded_at ON night_stay (recorded_at);
CREATE INDEX ix_night_stay_area_code_night_person_id ON night_stay (area_code, night, person_id);
CREATE INDEX ix_night_stay_night_area_code_person_id ON night_stay (night, area_code, person_id);
CREATE INDEX ix_night_stay_person_id_night ON night_stay (person_id, night);
CREATE INDEX ix_night_visit_recorded_at ON night_visit (recorded_at);
CREATE INDEX ix_night_visit_area_code_visited_on ON night_visit (area_code, visited_on);
CREATE INDEX ix_night_visit_person_id_visited_on ON night_visit (person_id, visited_on);
CREATE INDEX ix_night_visit_visited_on_person_id ON night_visit (visited_on, person_id);
CREATE INDEX ix_petition_recorded_at ON petition (recorded_at);
CREATE INDEX ix_petition_area_code_opened_at ON petition (area_code, opened_at);
CREATE INDEX ix_petition_closed_at ON petition (closed_at);
CREATE INDEX ix_petition_dispatched_at ON petition (dispatched_at);
CREATE INDEX ix_petition_ended_at_area_code ON petition (ended_at, area_code);
CREATE INDEX ix_petition_handler_id_opened_at ON petition (handler_id, opened_at);
CREATE INDEX ix_petition_lead_id ON petition (lead_id);
CREATE INDEX ix_petition_opened_at_area_code ON petition (opened_at, area_code);
CREATE INDEX ix_petition_origin_slot_id ON petition (origin_slot_id);
CREATE INDEX ix_petition_origin_visit_id ON petition (origin_visit_id);
CREATE INDEX ix_petition_repeat_of ON petition (repeat_of);
CREATE INDEX ix_petition_event_kind_at ON petition_event (kind, at);
CREATE INDEX ix_petition_event_person_id ON petition_event (person_id);
CREATE INDEX ix_petition_event_petition_id_at ON petition_event (petition_id, at);
CREATE INDEX ix_petition_rating_petition_id ON petition_rating (petition_id);
CREATE INDEX ix_petition_rating_rated_at ON petition_rating (rated_at);
CREATE INDEX ix_reception_slot_recorded_at ON reception_slot (recorded_at);
CREATE INDEX ix_reception_slot_area_code_day ON reception_slot (area_code, day);
CREATE INDEX ix_reception_slot_day_area_code ON reception_slot (day, area_code);
CREATE INDEX ix_reception_slot_leader_id_day ON reception_slot (leader_id, day);
CREATE INDEX ix_reception_slot_received_by_day ON reception_slot (received_by, day);
CREATE INDEX ix_survey_response_household_id ON survey_response (household_id);
CREATE INDEX ix_survey_response_year_person_id ON survey_response (year, person_id);
CREATE INDEX ix_training_attendance_held_on ON training_attendance (held_on);
CREATE INDEX ix_training_attendance_person_id_held_on ON training_attendance (person_id, held_on);
CREATE INDEX ix_board_decision_decided_at ON board_decision (decided_at);
CREATE INDEX ix_board_decision_petition_id ON board_decision (petition_id);
CREATE INDEX ix_board_import_loaded_at ON board_import (loaded_at);
CREATE INDEX ix_board_import_row_import_id_row_number ON board_import_row (import_id, row_number);
CREATE TRIGGER board_mark_calendar_day_insert AFTER INSERT ON calendar_day BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('calendar_day', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_calendar_day_update AFTER UPDATE ON calendar_day BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('calendar_day', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_calendar_day_delete AFTER DELETE ON calendar_day BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('calendar_day', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_area_insert AFTER INSERT ON area BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('area', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_area_update AFTER UPDATE ON area BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('area', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_area_delete AFTER DELETE ON area BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('area', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_person_insert AFTER INSERT ON person BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('person', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_person_update AFTER UPDATE ON person BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('person', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_person_delete AFTER DELETE ON person BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('person', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_appointment_insert AFTER INSERT ON appointment BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('appointment', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_appointment_update AFTER UPDATE ON appointment BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('appointment', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_appointment_delete AFTER DELETE ON appointment BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('appointment', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_leave_period_insert AFTER INSERT ON leave_period BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('leave_period', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_leave_period_update AFTER UPDATE ON leave_period BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('leave_period', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_leave_period_delete AFTER DELETE ON leave_period BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('leave_period', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_household_insert AFTER INSERT ON household BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('household', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_household_update AFTER UPDATE ON household BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('household', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_household_delete AFTER DELETE ON household BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('household', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_stay_insert AFTER INSERT ON night_stay BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_stay', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_stay_update AFTER UPDATE ON night_stay BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_stay', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_stay_delete AFTER DELETE ON night_stay BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_stay', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_session_insert AFTER INSERT ON night_session BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_session', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_session_update AFTER UPDATE ON night_session BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_session', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_session_delete AFTER DELETE ON night_session BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_session', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_lecturer_insert AFTER INSERT ON night_lecturer BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_lecturer', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_lecturer_update AFTER UPDATE ON night_lecturer BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_lecturer', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_lecturer_delete AFTER DELETE ON night_lecturer BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_lecturer', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_visit_insert AFTER INSERT ON night_visit BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_visit', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_visit_update AFTER UPDATE ON night_visit BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_visit', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_night_visit_delete AFTER DELETE ON night_visit BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('night_visit', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_reception_slot_insert AFTER INSERT ON reception_slot BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('reception_slot', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_reception_slot_update AFTER UPDATE ON reception_slot BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('reception_slot', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_reception_slot_delete AFTER DELETE ON reception_slot BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('reception_slot', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_insert AFTER INSERT ON petition BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_update AFTER UPDATE ON petition BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_delete AFTER DELETE ON petition BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_event_insert AFTER INSERT ON petition_event BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition_event', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_event_update AFTER UPDATE ON petition_event BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition_event', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_event_delete AFTER DELETE ON petition_event BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition_event', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_rating_insert AFTER INSERT ON petition_rating BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition_rating', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_rating_update AFTER UPDATE ON petition_rating BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition_rating', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_petition_rating_delete AFTER DELETE ON petition_rating BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('petition_rating', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_visit_insert AFTER INSERT ON captain_visit BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_visit', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_visit_update AFTER UPDATE ON captain_visit BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_visit', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_visit_delete AFTER DELETE ON captain_visit BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_visit', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_meeting_insert AFTER INSERT ON captain_meeting BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_meeting', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_meeting_update AFTER UPDATE ON captain_meeting BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_meeting', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_meeting_delete AFTER DELETE ON captain_meeting BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_meeting', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_training_attendance_insert AFTER INSERT ON training_attendance BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('training_attendance', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_training_attendance_update AFTER UPDATE ON training_attendance BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('training_attendance', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_training_attendance_delete AFTER DELETE ON training_attendance BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('training_attendance', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_survey_response_insert AFTER INSERT ON survey_response BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('survey_response', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_survey_response_update AFTER UPDATE ON survey_response BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('survey_response', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_survey_response_delete AFTER DELETE ON survey_response BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('survey_response', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_mark_insert AFTER INSERT ON captain_mark BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_mark', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_mark_update AFTER UPDATE ON captain_mark BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_mark', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_captain_mark_delete AFTER DELETE ON captain_mark BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('captain_mark', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_board_decision_insert AFTER INSERT ON board_decision BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('board_decision', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_board_decision_update AFTER UPDATE ON board_decision BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('board_decision', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_mark_board_decision_delete AFTER DELETE ON board_decision BEGIN INSERT INTO board_change_mark (table_name, writer, version) VALUES ('board_decision', 0, 1) ON CONFLICT (table_name, writer) DO UPDATE SET version = version + 1; END;
CREATE TRIGGER board_audit_keeps_update BEFORE UPDATE ON board_audit BEGIN SELECT RAISE(ABORT, 'board_audit is append-only'); END;
CREATE TRIGGER board_audit_keeps_delete BEFORE DELETE ON board_audit BEGIN SELECT RAISE(ABORT, 'board_audit is append-only'); END;
CREATE TRIGGER board_audit_keeps_replace BEFORE INSERT ON board_audit WHEN EXISTS (SELECT 1 FROM board_audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'board_audit is append-only'); END;
CREATE TRIGGER board_decision_keeps_update BEFORE UPDATE ON board_decision BEGIN SELECT RAISE(ABORT, 'board_decision is append-only'); END;
CREATE TRIGGER board_decision_keeps_delete BEFORE DELETE ON board_decision BEGIN SELECT RAISE(ABORT, 'board_decision is append-only'); END;
CREATE TRIGGER board_decision_keeps_replace BEFORE INSERT ON board_decision WHEN EXISTS (SELECT 1 FROM board_decision WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'board_decision is append-only'); END;
CREATE TRIGGER board_selection_keeps_update BEFORE UPDATE ON board_selection WHEN NOT (OLD.digest IS NULL AND NEW.digest IS NOT NULL AND NEW.id = OLD.id AND NEW.year = OLD.year AND NEW.role = OLD.role AND NEW.number = OLD.number) BEGIN SELECT RAISE(ABORT, 'board_selection is append-only'); END;
CREATE TRIGGER board_selection_keeps_delete BEFORE DELETE ON board_selection BEGIN SELECT RAISE(ABORT, 'board_selection is append-only'); END;
CREATE TRIGGER board_selection_keeps_replace BEFORE INSERT ON board_selection WHEN EXISTS (SELECT 1 FROM board_selection WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM board_selection WHERE year = NEW.year AND role = NEW.role AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'board_selection is append-only'); END;
CREATE TRIGGER board_selection_step_keeps_update BEFORE UPDATE ON board_selection_step BEGIN SELECT RAISE(ABORT, 'board_selection_step is append-only'); END;
CREATE TRIGGER board_selection_step_keeps_delete BEFORE DELETE ON board_selection_step BEGIN SELECT RAISE(ABORT, 'board_selection_step is append-only'); END;
CREATE TRIGGER board_selection_step_keeps_replace BEFORE INSERT ON board_selection_step WHEN EXISTS (SELECT 1 FROM board_selection_step WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM board_selection_step WHERE selection_id = NEW.selection_id AND mark = NEW.mark) BEGIN SELECT RAISE(ABORT, 'board_selection_step is append-only'); END;
CREATE INDEX ix_petition_due_at ON petition (due_at);
CREATE INDEX ix_petition_extended_to ON petition (extended_to);
COMMIT;
