import ArgumentParser
import CommandOptions
import EventLogs
import Model
import Policy
import Records
import Terminal
import Worlds

struct BlendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blend", abstract: "Learn how a member's own score goes beside the consortium's.",
        discussion: """
            For a member whose agent runs with --own-model: takes both scores of each decision on the days, and from --data \
            what became of the transactions, and writes the weights for --own-blend. Take days that neither model was trained on, \
            such as the newest week with known labels. All of it stays with the member.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var member: MemberOption

    @Option(help: ArgumentHelp("Days to learn from, both included.", valueName: "from..to"))
    var days: String

    @Option(help: ArgumentHelp("The version of the own model, as decisions name it.", valueName: "name"))
    var ownVersion: String

    @Option(help: ArgumentHelp("Where the weights go.", valueName: "file"))
    var out: String

    @OptionGroup var log: LogOptions

    func run() throws {
        let member = try member.id()
        let days = try DayRange(self.days).days
        var frauds: [String: Bool] = [:]
        for labelled in try data.load(lastDay: days.upperBound)
        where labelled.member == member && days.contains(labelled.transaction.time.dayNumber) {
            frauds[labelled.transaction.id] = labelled.fraud
        }
        let log = try self.log.open()
        let decisions = TopicPartition(Topics.decisions(member))
        let reader = try log.reader(at: [Position(decisions, try log.earliest(of: decisions))])
        var rows: [ScoreBlend.Row] = []
        while case let records = try reader.available(limit: 1024), !records.isEmpty {
            for case let event? in records.map({ CloudEvent(json: $0.value ?? []) }) {
                guard event.data.ownModelVersion == ownVersion, let own = event.data.ownScore,
                    let fraud = frauds.removeValue(forKey: event.data.transaction)
                else { continue }
                rows.append(ScoreBlend.Row(own: own, consortium: event.data.score, fraud: fraud))
            }
        }
        guard !rows.isEmpty else {
            throw Failure(
                "no decision of \(self.days) has a score of the own model \(ownVersion): there is nothing to learn from"
            )
        }
        let blend = ScoreBlend.fit(rows)
        try writeFile(blend.json(of: ownVersion), to: out)
        print(
            "\(out): own \(decimals(blend.own)), consortium \(decimals(blend.consortium)), learnt from \(rows.count) "
                + "transactions, \(rows.count { $0.fraud }) frauds")
    }
}
