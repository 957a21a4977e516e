import Desk
import Policy
import Records

/// The tables of an index. All of it follows from the member's topics; a file that is lost is made again from them.
enum DeskTables {
    /// Of the tables and of what is computed into them: another version is begun anew from the log.
    static let version = 10

    /// An item is a row of `alerts` as soon as anything is known of it. What its alert tells is NULL until that came (`rank`), and
    /// what its payment tells until the payment's record came: topics are read side by side.
    ///
    /// Numbers that the queue is sorted by are turned round where more is first, so that all columns of an index rise. Both lists'
    /// indexes have all that filters look at, so that rows are read which are shown, and no others.
    static let script = """
        CREATE TABLE alerts (n INTEGER PRIMARY KEY, item BLOB NOT NULL UNIQUE,
            feed_partition INTEGER, feed_offset INTEGER,
            partition INTEGER, offset INTEGER, part INTEGER, tx TEXT,
            held INTEGER, rank INTEGER, due INTEGER, band INTEGER, probability REAL, amount INTEGER,
            customer TEXT, terminal TEXT, paid INTEGER, decided INTEGER, rules TEXT, rule_bits INTEGER, by_score INTEGER, kept BLOB,
            kind INTEGER, channel INTEGER, origin INTEGER NOT NULL DEFAULT 0,
            state INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0, holder TEXT, until INTEGER NOT NULL DEFAULT 0,
            finding INTEGER, fraud_type TEXT, known_by TEXT, loss INTEGER, recovered INTEGER,
            touched INTEGER, closed INTEGER, claims INTEGER NOT NULL DEFAULT 0, reopened INTEGER NOT NULL DEFAULT 0,
            raised INTEGER, stratum TEXT, per_mille INTEGER,
            file BLOB, proposal TEXT, proposed_by TEXT, confirmed_by TEXT,
            aside INTEGER NOT NULL DEFAULT 0, aside_at INTEGER, wakes TEXT,
            first_look TEXT, first_by TEXT, second_look TEXT, second_by TEXT, late_at INTEGER, warned_at INTEGER,
            soon INTEGER, pauses TEXT NOT NULL DEFAULT '', paused INTEGER NOT NULL DEFAULT 0,
            quiet INTEGER GENERATED ALWAYS AS \(isKept("")) VIRTUAL);
        CREATE INDEX open_alerts ON alerts (held, rank, due, item, holder, until, band, amount, probability, rule_bits,
            kind, channel, origin, aside) WHERE state = 0 AND rank IS NOT NULL AND quiet = 0;
        CREATE INDEX quiet_alerts ON alerts (held, rank, due, item, holder, until, band, amount, probability, rule_bits,
            kind, channel, origin, aside) WHERE state = 0 AND rank IS NOT NULL AND quiet = 1;
        CREATE INDEX kept_alerts ON alerts (decided) WHERE kept IS NOT NULL;
        CREATE INDEX closed_alerts ON alerts (closed, item, band, amount, probability, rule_bits, kind, channel, finding,
            origin) WHERE state = 1 AND rank IS NOT NULL;
        CREATE INDEX held_alerts ON alerts (holder) WHERE state = 0 AND rank IS NOT NULL AND holder IS NOT NULL;
        CREATE INDEX alerts_by_source ON alerts (partition, offset, part) WHERE partition IS NOT NULL;
        CREATE UNIQUE INDEX alerts_by_feed ON alerts (feed_partition, feed_offset) WHERE feed_offset IS NOT NULL;
        CREATE INDEX alerts_by_file ON alerts (file, state) WHERE file IS NOT NULL;
        CREATE INDEX aside_alerts ON alerts (n, wakes) WHERE state = 0 AND rank IS NOT NULL AND aside > 0;
        CREATE INDEX alerts_by_amount ON alerts (state, amount) WHERE rank IS NOT NULL;
        CREATE INDEX alerts_by_probability ON alerts (state, probability) WHERE rank IS NOT NULL;
        CREATE INDEX alerts_by_kind ON alerts (state, kind, channel, band) WHERE rank IS NOT NULL;
        CREATE INDEX alerts_by_origin ON alerts (state, origin) WHERE rank IS NOT NULL AND origin > 0;
        CREATE TABLE rule_alerts (rule INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (rule, n)) WITHOUT ROWID;
        CREATE INDEX proposed_alerts ON alerts (n) WHERE proposal IS NOT NULL;
        CREATE TABLE rules (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE links (kind INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (kind, name, n)) WITHOUT ROWID;
        CREATE TABLE payments (partition INTEGER NOT NULL, offset INTEGER NOT NULL, part INTEGER NOT NULL,
            item BLOB, band INTEGER, probability REAL, decided INTEGER,
            tx TEXT, paid INTEGER, customer TEXT, terminal TEXT, amount INTEGER, currency TEXT, units INTEGER,
            kind INTEGER, channel INTEGER, account TEXT, card TEXT, payee TEXT, merchant TEXT, category TEXT, device TEXT,
            ip TEXT, country TEXT, PRIMARY KEY (partition, offset, part)) WITHOUT ROWID;
        CREATE INDEX payments_by_customer ON payments (customer, paid) WHERE customer IS NOT NULL;
        CREATE INDEX payments_by_id ON payments (tx) WHERE tx IS NOT NULL;
        CREATE INDEX payments_by_account ON payments (account, paid) WHERE account IS NOT NULL;
        CREATE INDEX payments_by_card ON payments (card, paid) WHERE card IS NOT NULL;
        CREATE TABLE labels (tx TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, fraud INTEGER NOT NULL,
            at INTEGER NOT NULL, PRIMARY KEY (tx, partition, offset)) WITHOUT ROWID;
        CREATE TABLE reasons (item BLOB PRIMARY KEY, event BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE receipts (party INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
            PRIMARY KEY (party, partition)) WITHOUT ROWID;
        CREATE TABLE acts (offset INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, item BLOB NOT NULL, at INTEGER NOT NULL,
            refusal TEXT, version INTEGER NOT NULL, label INTEGER, record BLOB NOT NULL);
        CREATE INDEX acts_with_labels ON acts (offset, item, label) WHERE label IS NOT NULL;
        CREATE INDEX labels_by_item ON acts (item, offset, label) WHERE label IS NOT NULL;
        CREATE INDEX acts_by_item ON acts (item, offset) WHERE refusal IS NULL;
        CREATE TABLE mentions (subject BLOB NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (subject, offset)) WITHOUT ROWID;
        CREATE INDEX late_alerts ON alerts (late_at) WHERE late_at IS NOT NULL;
        CREATE INDEX alerts_by_due ON alerts (due) WHERE state = 0 AND rank IS NOT NULL AND late_at IS NULL AND quiet = 0;
        CREATE INDEX alerts_by_warning ON alerts (soon) WHERE state = 0 AND rank IS NOT NULL AND warned_at IS NULL AND quiet = 0;
        CREATE INDEX warned_alerts ON alerts (warned_at) WHERE state = 0 AND warned_at IS NOT NULL AND late_at IS NULL;
        CREATE INDEX paused_alerts ON alerts (paused) WHERE state = 0 AND paused > 0;
        CREATE INDEX sampled_alerts ON alerts (raised) WHERE stratum IS NOT NULL;
        CREATE INDEX looked_alerts ON alerts (closed) WHERE first_look IS NOT NULL;
        CREATE INDEX payments_by_decision ON payments (decided) WHERE decided IS NOT NULL;
        CREATE TABLE draws (item BLOB PRIMARY KEY, stratum TEXT NOT NULL, per_mille INTEGER NOT NULL,
            partition INTEGER NOT NULL, offset INTEGER NOT NULL, part INTEGER NOT NULL) WITHOUT ROWID;
        \(files)
        \(snoozes)
        \(jobs)
        \(figures)
        CREATE TABLE positions (topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
            kept INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
        CREATE TABLE desk (only INTEGER PRIMARY KEY CHECK (only = 0), clock INTEGER NOT NULL, owner INTEGER NOT NULL,
            house TEXT NOT NULL, house_version INTEGER NOT NULL, salt TEXT NOT NULL, house_since INTEGER NOT NULL);
        INSERT INTO desk VALUES (0, 0, 0, '', 0, '', 0);
        """
}

/// Codes of words in columns: places in lists whose order never changes.
enum DeskCodes {
    static let bands: [Band] = [.approve, .challenge, .review, .decline]
    static let kinds: [PaymentKind] = [.card, .transfer, .instantTransfer, .cashOut]
    static let channels: [PaymentChannel] = [.pos, .atm, .branch, .online, .mobile, .phone, .file]
    static let findings: [Finding] = [.fraud, .legitimate, .suspicious, .undecidable]
    static let origins: [Origin] = [.alert, .reported, .sample]
    static let links: [LinkKind] = [.customer, .terminal, .payee, .device, .card, .account, .ip]

    static func code<T: Equatable>(_ value: T, _ list: [T]) -> Int64 {
        guard let place = list.firstIndex(of: value) else { fatalError("a list of codes lacks a word") }
        return Int64(place)
    }

    static func word<T>(_ code: Int64?, _ list: [T]) -> T? {
        code.flatMap { list.indices.contains(Int($0)) ? list[Int($0)] : nil }
    }
}
