extension DeskTables {
    /// Cases. `settling` are closed ones whose verdict the desk gives to each item that has none.
    static let files = """
        CREATE TABLE files (id BLOB PRIMARY KEY, state INTEGER NOT NULL, version INTEGER NOT NULL, title TEXT NOT NULL,
            about INTEGER, name TEXT, opened_by TEXT NOT NULL, opened INTEGER NOT NULL, owner TEXT, tasks TEXT NOT NULL,
            items INTEGER NOT NULL, judgement TEXT, proposal TEXT, proposed_by TEXT, closed_by TEXT, closed INTEGER,
            settling INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX files_by_state ON files (state, opened, id);
        CREATE INDEX files_by_name ON files (about, name) WHERE state = 0 AND name IS NOT NULL;
        CREATE INDEX files_settling ON files (id) WHERE settling = 1;
        """

    /// Jobs, and what became of each of their items. `deed` is a record as each item gets it.
    static let jobs = """
        CREATE TABLE jobs (id BLOB PRIMARY KEY, actor TEXT NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL,
            done INTEGER NOT NULL, refused INTEGER NOT NULL, cancelled INTEGER NOT NULL, deed BLOB NOT NULL);
        CREATE INDEX jobs_by_time ON jobs (at, id);
        CREATE INDEX jobs_running ON jobs (at, id) WHERE cancelled = 0 AND done + refused < count;
        CREATE TABLE job_items (job BLOB NOT NULL, place INTEGER NOT NULL, item BLOB NOT NULL, version INTEGER NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0, refusal TEXT, PRIMARY KEY (job, place)) WITHOUT ROWID;
        CREATE UNIQUE INDEX job_items_by_item ON job_items (job, item);
        CREATE INDEX job_items_left ON job_items (job, place, item, version) WHERE settled = 0;
        CREATE INDEX job_items_refused ON job_items (job, place) WHERE refusal IS NOT NULL;
        """

    /// Rules' snoozes, with what each kept back; and saved filters, as records that save them.
    static let snoozes = """
        CREATE TABLE rule_snoozes (id BLOB PRIMARY KEY, rule TEXT NOT NULL, about INTEGER, name TEXT, until INTEGER NOT NULL,
            reason TEXT NOT NULL, scope TEXT NOT NULL, version INTEGER NOT NULL, asked_by TEXT NOT NULL, asked INTEGER NOT NULL,
            since INTEGER, confirmed_by TEXT, ended INTEGER, ended_by TEXT, told INTEGER NOT NULL,
            kept INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0, sum INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE filters (id BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX rule_snoozes_by_rule ON rule_snoozes (rule);
        CREATE INDEX rule_snoozes_running ON rule_snoozes (until) WHERE ended IS NULL;
        CREATE INDEX rule_snoozes_untold ON rule_snoozes (until) WHERE ended IS NULL AND told = 0;
        """
}
