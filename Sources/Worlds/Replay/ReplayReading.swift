import Formats
import Records

/// The reading of a replay's files, one after the other.
struct ReplayReading {
    private let source: ReplaySource
    private let lastDay: Int
    /// Scenarios of frauds by id; nil where records say themselves what became of them.
    private let frauds: [String: Int]?
    private(set) var transactions: [LabelledTransaction] = []
    /// Of the files that were read.
    private var files = ReplayAccount()
    /// Frauds whose transaction was not read so far.
    private var unknown: Set<String>
    /// Contents of transactions by member and id, both hashed.
    private var seen: [Int: Int] = [:]

    init(_ source: ReplaySource, lastDay: Int, frauds: [String: Int]?) {
        self.source = source
        self.lastDay = lastDay
        self.frauds = frauds
        unknown = Set((frauds ?? [:]).keys)
    }

    var account: ReplayAccount {
        var account = files
        account.unknownFrauds = unknown.count
        return account
    }

    /// Takes a file in.
    mutating func read(_ path: String, name: String) throws(ReplayError) {
        let bytes = try DataFile.replayed(path)
        let file: RecordFile
        do throws(RecordFile.Fault) {
            file = try RecordFile(bytes, name: name, mapping: source.mapping)
        } catch { throw .unreadable(file: path, why: "\(error)") }
        if let column = source.members.column, !file.columns.contains(column) {
            throw .missingColumn(file: path, column: column)
        }
        var account = ReplayAccount()
        for record in file.records {
            for part in file.parts(record) {
                account.rows += 1
                do throws(RowFault) {
                    try take(part.checked(by: Self.rules, received: .max), record, file, path, &account)
                } catch {
                    guard error.code != RejectionReason.encodingUnsupported.rawValue else { throw .badRow(error) }
                    account.reject(error)
                }
            }
        }
        guard account.rejections * ReplayAccount.share <= account.rows else {
            throw .tooManyRejected(
                file: path, rejected: account.rejections, rows: account.rows, account.faults)
        }
        files.add(account)
    }

    /// What transactions must be that were told long ago: their times have nothing to do with a clock of today.
    private static let rules = ValidationRules()

    private mutating func take(
        _ part: RecordPart, _ record: FileRecord, _ file: RecordFile, _ path: String, _ account: inout ReplayAccount
    ) throws(RowFault) {
        func fault(_ rejection: Rejection) -> RowFault {
            let value = rejection.field.flatMap { file.value($0, of: record) }
            return RowFault(
                file: path, line: record.line, column: rejection.field, code: rejection.reason.rawValue,
                why: rejection.reason.explanation(of: value.map { ValueForm($0) }))
        }
        if let rejection = part.rejection { throw fault(rejection) }
        if let reason = part.leftOut { return account.leftOut[reason, default: 0] += 1 }
        guard let transaction = part.transaction else { return account.others += 1 }
        unknown.remove(transaction.id)
        guard transaction.time.dayNumber <= lastDay else { return account.later += 1 }
        guard let member = source.members.owner(of: transaction, record, in: file) else {
            throw RowFault(
                file: path, line: record.line, column: source.members.column, code: "no_member",
                why: "no member of the consortium has this customer")
        }
        guard try isNew(transaction, of: member, { fault(Rejection(reason: .idConflict, field: nil)) }) else {
            return account.repeats += 1
        }
        account.taken += 1
        if !part.marks.isEmpty { account.marked += 1 }
        let scenario = frauds.map { $0[transaction.id] }
        transactions.append(
            LabelledTransaction(
                member: member, transaction: transaction,
                fraud: scenario.map { $0 != nil } ?? part.labelled?.fraud ?? false,
                scenario: (scenario ?? part.labelled?.scenario) ?? 0))
    }

    /// False for a transaction that was there before.
    ///
    /// - Throws: where its id is another one's, as an agent would.
    private mutating func isNew(
        _ transaction: Transaction, of member: MemberID, _ conflict: () -> RowFault
    ) throws(RowFault) -> Bool {
        guard !source.mapping.id.isPlace else { return true }
        var key = Hasher()
        key.combine(member)
        key.combine(transaction.id)
        var content = Hasher()
        content.combine(transaction.content)
        let hash = content.finalize()
        guard let before = seen.updateValue(hash, forKey: key.finalize()) else { return true }
        guard before == hash else { throw conflict() }
        return false
    }

    /// By time, then by id, numbers as such; without ids of their own as they stood.
    var sorted: [LabelledTransaction] {
        let isPlace = source.mapping.id.isPlace
        let keys = transactions.map { ($0.transaction.time, isPlace ? 0 : Int($0.transaction.id) ?? 0) }
        return transactions.indices.sorted { left, right in
            if keys[left] != keys[right] { return keys[left] < keys[right] }
            let (a, b) = (transactions[left].transaction.id, transactions[right].transaction.id)
            return isPlace || a == b ? left < right : a < b
        }.map { transactions[$0] }
    }
}
