/// Sums by day of what the dashboard and the regulator's figures show, so that no page reads all alerts. Triggers keep them:
/// whatever way a row is written by, what it said before is taken out and what it says now is put in, in the same transaction.
extension DeskTables {
    /// What a row of `alerts` is counted under. Days are those of the decision, of UTC; -1 stands for what a payment does not say.
    static func alertKey(_ row: String) -> String {
        """
        \(row)decided / 86400000000 AS day, \(row)band AS band, coalesce(\(row)kind, -1) AS kind, coalesce(\(row)channel, -1) AS channel,
        \(row)origin AS origin
        """
    }

    static let alertKeyNames = "day, band, kind, channel, origin"
    static let alertSums = [
        "alerts", "open", "fraud", "legitimate", "suspicious", "undecidable", "sum", "fraud_sum", "legitimate_sum",
        "recovered",
        "reopens", "kept",
    ]

    /// Whether a rule's snooze keeps a row of `alerts` back (`QueueRow.isKept`).
    static func isKept(_ row: String) -> String {
        "(\(row)kept IS NOT NULL AND \(row)version = 0 AND \(row)raised IS NULL)"
    }

    /// What a row of `alerts` adds to its sums. A verdict counts while it stands: not where the item was opened again.
    static func alertTerms(_ row: String) -> [String] {
        func found(_ finding: Int) -> String { "(\(row)state = 1 AND \(row)finding IS \(finding))" }
        return [
            "1", "(\(row)state = 0 AND NOT \(isKept(row)))", found(0), found(1), found(2), found(3), "\(row)amount",
            "\(found(0)) * \(row)amount",
            "\(found(1)) * \(row)amount", "\(found(0)) * coalesce(\(row)recovered, 0)", "\(row)reopened",
            isKept(row),
        ]
    }

    /// Seconds from the decision to the first touch, to the verdict, and from touch to verdict, of a row with a verdict.
    static func spans(_ row: String) -> [String] {
        [
            "(\(row)touched - \(row)decided) / 1000000", "(-\(row)closed - \(row)decided) / 1000000",
            "(-\(row)closed - \(row)touched) / 1000000",
        ]
    }

    /// Which class of time a number of seconds is in: the place of the first limit that it does not pass.
    static func spanClass(_ seconds: String, limits: [Int64]) -> String {
        "CASE " + limits.enumerated().map { "WHEN \(seconds) <= \($1) THEN \($0)" }.joined(separator: " ")
            + " ELSE \(limits.count) END"
    }

    private static func put(_ table: String, key: String, names: String, sums: [String], terms: [String], from: String)
        -> String
    {
        """
        INSERT INTO \(table) (\(names), \(sums.joined(separator: ", "))) SELECT \(key), \(terms.joined(separator: ", ")) \(from)
        ON CONFLICT DO UPDATE SET \(sums.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "));
        """
    }

    private static func signed(_ terms: [String], _ sign: String) -> [String] { terms.map { "\(sign)(\($0))" } }

    /// All that a row of `alerts` is counted in.
    private static func alert(_ row: String, _ sign: String) -> String {
        let terms = signed(alertTerms(row), sign)
        let counts = "WHERE \(row)rank IS NOT NULL"
        var out = put(
            "alert_days", key: alertKey(row), names: alertKeyNames, sums: alertSums, terms: terms, from: counts)
        out += put(
            "rule_days", key: "rule, \(alertKey(row))", names: "rule, \(alertKeyNames)", sums: alertSums, terms: terms,
            from: "FROM rule_alerts \(counts) AND n = \(row)n")
        for (number, span) in spans(row).enumerated() {
            out += put(
                "span_days", key: "\(number), \(spanClass(span, limits: DeskIndex.spanLimits)), \(verdictKey(row))",
                names: "span, class, \(alertKeyNames)", sums: ["count"], terms: signed(["1"], sign),
                from: "\(counts) AND \(row)state = 1 AND \(row)touched IS NOT NULL")
        }
        return out
    }

    /// As `alertKey`, with the day of the verdict.
    static func verdictKey(_ row: String) -> String {
        alertKey(row).replacing("\(row)decided / 86400000000", with: "-\(row)closed / 86400000000")
    }

    /// Of a payment, in the same way. Payments count where they are decided: repeats never are.
    static let paymentKeyNames = "day, band, kind, channel, size"
    static let paymentSums = ["payments", "sum", "frauds", "fraud_sum"]

    private static func payment(_ row: String, _ sign: String) -> String {
        let fraud = "coalesce((SELECT fraud FROM known WHERE tx = \(row)tx), 0)"
        return put(
            "payment_days", key: paymentKey(row), names: paymentKeyNames, sums: paymentSums,
            terms: signed(["1", "\(row)amount", fraud, "\(fraud) * \(row)amount"], sign),
            from: "WHERE \(row)item IS NOT NULL AND \(row)tx IS NOT NULL")
    }

    private static func paymentKey(_ row: String) -> String {
        """
        \(row)paid / 86400, \(row)band, coalesce(\(row)kind, -1), coalesce(\(row)channel, -1), \(spanClass("\(row)amount",
            limits: DeskIndex.sizeLimits))
        """
    }

    private static let watched = [
        "rank", "state", "finding", "band", "kind", "channel", "origin", "amount", "recovered", "reopened", "touched",
        "closed",
        "decided",
    ]

    static let figures = """
        CREATE TABLE alert_days (day INTEGER NOT NULL, band INTEGER NOT NULL, kind INTEGER NOT NULL, channel INTEGER NOT NULL,
            origin INTEGER NOT NULL, \(alertSums.map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")),
            PRIMARY KEY (\(alertKeyNames))) WITHOUT ROWID;
        CREATE INDEX alert_days_open ON alert_days (day, band, kind, channel, origin, open, sum) WHERE open > 0;
        CREATE TABLE rule_days (rule INTEGER NOT NULL, day INTEGER NOT NULL, band INTEGER NOT NULL, kind INTEGER NOT NULL,
            channel INTEGER NOT NULL, origin INTEGER NOT NULL, \(alertSums.map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")),
            PRIMARY KEY (day, rule, band, kind, channel, origin)) WITHOUT ROWID;
        CREATE TABLE span_days (span INTEGER NOT NULL, class INTEGER NOT NULL, day INTEGER NOT NULL, band INTEGER NOT NULL,
            kind INTEGER NOT NULL, channel INTEGER NOT NULL, origin INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (day, span, class, band, kind, channel, origin)) WITHOUT ROWID;
        CREATE TABLE payment_days (day INTEGER NOT NULL, band INTEGER NOT NULL, kind INTEGER NOT NULL, channel INTEGER NOT NULL,
            size INTEGER NOT NULL, \(paymentSums.map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")),
            PRIMARY KEY (\(paymentKeyNames))) WITHOUT ROWID;
        CREATE TABLE people_days (day INTEGER NOT NULL, actor TEXT NOT NULL, claims INTEGER NOT NULL, verdicts INTEGER NOT NULL,
            PRIMARY KEY (day, actor)) WITHOUT ROWID;
        CREATE TABLE known (tx TEXT PRIMARY KEY, fraud INTEGER NOT NULL, at INTEGER NOT NULL, partition INTEGER NOT NULL,
            offset INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX known_frauds ON known (at) WHERE fraud = 1;
        CREATE INDEX alerts_by_decision ON alerts (decided) WHERE rank IS NOT NULL;
        CREATE INDEX rules_of_alert ON rule_alerts (n);
        CREATE TRIGGER alert_counts AFTER INSERT ON alerts WHEN NEW.rank IS NOT NULL BEGIN \(alert("NEW.", "+")) END;
        CREATE TRIGGER alert_recounts AFTER UPDATE ON alerts
            WHEN (OLD.rank IS NOT NULL OR NEW.rank IS NOT NULL)
                AND (\(watched.map { "OLD.\($0) IS NOT NEW.\($0)" }.joined(separator: " OR ")) OR \(isKept("OLD.")) <> \(isKept("NEW.")))
            BEGIN \(alert("OLD.", "-")) \(alert("NEW.", "+")) END;
        CREATE TRIGGER rule_counts AFTER INSERT ON rule_alerts BEGIN \(put(
            "rule_days", key: "NEW.rule, \(alertKey("alerts."))", names: "rule, \(alertKeyNames)", sums: alertSums,
            terms: alertTerms("alerts."), from: "FROM alerts WHERE n = NEW.n AND rank IS NOT NULL")) END;
        CREATE TRIGGER payment_counts AFTER INSERT ON payments WHEN NEW.item IS NOT NULL AND NEW.tx IS NOT NULL
            BEGIN \(payment("NEW.", "+")) END;
        CREATE TRIGGER payment_recounts AFTER UPDATE ON payments WHEN NEW.item IS NOT NULL AND NEW.tx IS NOT NULL
            BEGIN \(payment("OLD.", "-")) \(payment("NEW.", "+")) END;
        CREATE TRIGGER known_counts AFTER INSERT ON known WHEN NEW.fraud = 1 BEGIN \(learnt("NEW.fraud")) END;
        CREATE TRIGGER known_recounts AFTER UPDATE ON known WHEN OLD.fraud <> NEW.fraud
            BEGIN \(learnt("(NEW.fraud - OLD.fraud)")) END;
        """

    /// What a transaction's label changes in the sums of its payments.
    private static func learnt(_ change: String) -> String {
        put(
            "payment_days", key: paymentKey("payments."), names: paymentKeyNames, sums: paymentSums,
            terms: ["0", "0", change, "\(change) * amount"],
            from: "FROM payments WHERE tx = NEW.tx AND item IS NOT NULL")
    }
}
