package import Policy
package import Records

/// What became of one transaction by two policies.
package struct BacktestRow: Hashable, Sendable {
    package var transaction: String
    package var source: SourcePosition
    /// Days since 1970, in UTC.
    package var day: Int64
    /// Hundredths of the consortium's currency.
    package var amount: Int64
    package var present: Band
    package var candidate: Band
    /// What was decided then.
    package var decided: Band
    /// Whether a live rule matches that the candidate alone has; then also the present policy's live ones that match, by id.
    package var isTried: Bool
    package var rules: [String]

    package init(
        transaction: String, source: SourcePosition, day: Int64, amount: Int64, present: Band, candidate: Band,
        decided: Band, isTried: Bool = false, rules: [String] = []
    ) {
        self.transaction = transaction
        self.source = source
        self.day = day
        self.amount = amount
        self.present = present
        self.candidate = candidate
        self.decided = decided
        self.isTried = isTried
        self.rules = rules
    }
}

/// Two policies side by side.
package struct BacktestReport: Sendable, Hashable {
    /// One policy's alerts, by what is known of them.
    package struct Side: Sendable, Hashable {
        package var alerts = 0
        /// Alerts that were fraud, and their amounts.
        package var caught = 0
        package var caughtValue: Int64 = 0
        /// Alerts that were legitimate.
        package var falseAlarms = 0
        /// Alerts that nothing is known of.
        package var unknown = 0

        mutating func add(_ band: Band, _ amount: Int64, _ fraud: Bool?) {
            if band.alerts { add(amount, fraud) }
        }

        mutating func add(_ amount: Int64, _ fraud: Bool?) {
            alerts += 1
            switch fraud {
            case true?:
                caught += 1
                caughtValue += amount
            case false?: falseAlarms += 1
            case nil: unknown += 1
            }
        }
    }

    package struct Count: Sendable, Hashable {
        package var rows = 0
        package var frauds = 0
        package var fraudValue: Int64 = 0
        package var present = Side()
        package var candidate = Side()
        /// Rows that the two decide differently.
        package var changed = 0

        mutating func add(_ row: BacktestRow, _ fraud: Bool?) {
            rows += 1
            if fraud == true {
                frauds += 1
                fraudValue += row.amount
            }
            present.add(row.present, row.amount, fraud)
            candidate.add(row.candidate, row.amount, fraud)
            if row.present != row.candidate { changed += 1 }
        }
    }

    /// A transaction that the candidate alone alerts on.
    package struct Example: Sendable, Hashable {
        package var transaction: String
        package var source: SourcePosition
        package var amount: MinorUnits
        package var band: Band
        package var fraud: Bool?
    }

    package static let exampleLimit = 20

    package var total = Count()
    /// By days since 1970, in UTC.
    package var days: [Int64: Count] = [:]
    package var repeats: Int
    package var rejected: Int
    package var unscored: Int
    /// Rows of which the present policy says something else than was decided: lists and rules were others then.
    package var differing = 0
    package var examples: [Example] = []
    /// Of the candidate's own rules, which the present policy does not have: rows that any of them matches. `alerts` are all of
    /// those here, whatever became of them.
    package var tried = Side()
    /// How many of those each present rule matches, too, and how many the present policy alerts on.
    package var overlap: [String: Int] = [:]
    package var alertedBefore = 0

    package init(repeats: Int, rejected: Int, unscored: Int) {
        self.repeats = repeats
        self.rejected = rejected
        self.unscored = unscored
    }

    /// - Parameter fraud: what is known of it; nil where nothing is.
    package mutating func add(_ row: BacktestRow, _ fraud: Bool?) {
        days[row.day, default: .init()].add(row, fraud)
        total.add(row, fraud)
        if row.present != row.decided { differing += 1 }
        if row.isTried {
            tried.add(row.amount, fraud)
            if row.present.alerts { alertedBefore += 1 }
            for rule in row.rules { overlap[rule, default: 0] += 1 }
        }
        if row.candidate.alerts, !row.present.alerts, examples.count < Self.exampleLimit {
            examples.append(
                .init(
                    transaction: row.transaction, source: row.source, amount: MinorUnits(row.amount),
                    band: row.candidate,
                    fraud: fraud))
        }
    }
}
