import ArgumentParser
import CommandOptions
import Desk
import DeskFront
import DeskStore
import Foundation
import Roles
import Stages
import Telemetry
import Terminal

/// What a regulator asks for, without a desk that is served.
struct AlertsReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "The regulator's figures: fraud rate of a quarter, half-year's table (docs/DESK.md).",
        discussion: """
            The member's topics are read as a desk reads them, into an index of the report's own (`--index`), which the next report \
            goes on with. Nothing is written anywhere else, so a desk that is served is not disturbed.

            cordon alerts report fraud-rate --member bank-a --quarter 2026-Q1
            cordon alerts report half-year --member bank-a --half 2026-H1 --csv > 2026-H1.csv
            """,
        subcommands: [FraudRateCommand.self, HalfYearCommand.self])

    /// Where reports read from.
    struct Source: ParsableArguments {
        @OptionGroup var member: MemberOption
        @OptionGroup var records: DeskRecordOptions

        @Option(help: ArgumentHelp("Where reports keep their index, apart from every desk's.", valueName: "file"))
        var index = "cordon-data/desk/report.sqlite"

        @OptionGroup var log: LogOptions

        /// An index with all that the log has now, and the day of UTC now.
        func read() throws -> (index: DeskIndex, today: Int64) {
            let (member, clock) = (try member.id(), SystemClock())
            let index = try DeskIndex(path: index, member: member, readers: 1)
            try DeskProjection(
                index: index, intake: DeskIntake(member: member, mapping: try records.read()), log: try log.open(),
                clock: clock, metrics: Metrics(), told: { _ in }
            ).catchUp()
            return (index, clock.microseconds / 86_400_000_000)
        }

        /// A period by its name; the one that ended last where there is none.
        static func period(_ text: String?, _ length: ReportPeriod.Length, today: Int64) throws -> ReportPeriod {
            guard let text else { return ReportPeriod(length, at: today).before }
            guard let period = ReportPeriod(text), period.length == length else {
                throw ValidationError(
                    "'\(text)' is no \(length == .quarter ? "quarter, such as 2026-Q1" : "half of a year, such as 2026-H1")"
                )
            }
            return period
        }
    }

    struct FraudRateCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fraud-rate",
            abstract:
                "The fraud rate of a quarter by instrument, as JSON (Delegated Regulation (EU) 2018/389, article 19).",
            discussion: """
                The value of fraudulent remote payments by the value of all remote ones, for cards and for credit transfers: frauds by the \
                day of the payment, and by the day on which they became known. `threshold` is the highest exemption threshold whose \
                reference rate is kept. Remote are payments whose channel is online or mobile; those without a channel are summed apart.
                """)

        @Option(
            help: ArgumentHelp("A quarter, such as 2026-Q1; without it the one that ended last.", valueName: "quarter"))
        var quarter: String?

        @OptionGroup var source: Source

        func run() throws {
            let (index, today) = try source.read()
            let quarter = try Source.period(quarter, .quarter, today: today)
            guard let (sums, frauds) = try index.reported(quarter.days, of: .everything) else { return }
            let rates = FraudRates(quarter.days, sums: sums, frauds: frauds)
            say(String(decoding: FraudRateReport(quarter, rates, today: today).json.dropLast(), as: UTF8.self))
        }
    }

    struct HalfYearCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "half-year",
            abstract: "Payments and frauds of half a year by the breakdown of EBA/GL/2018/05, as JSON or CSV.",
            discussion: """
                By instrument, channel and kind of fraud, with values, and losses where verdicts say them. What the desk's records can't \
                fill (authentication, area, who bears a loss) is listed in `notFilled` of the JSON, and in no column of the CSV.
                """)

        @Option(
            help: ArgumentHelp(
                "A half of a year, such as 2026-H1; without it the one that ended last.", valueName: "half"))
        var half: String?

        @Flag(help: "CSV (RFC 4180) in place of JSON.")
        var csv = false

        @OptionGroup var source: Source

        func run() throws {
            let (index, today) = try source.read()
            let half = try Source.period(half, .half, today: today)
            guard let (sums, frauds) = try index.reported(half.days, of: .everything) else { return }
            let report = HalfYearReport(half, sums: sums, frauds: frauds)
            let bytes = csv ? Array(report.csv.utf8) : report.json
            FileHandle.standardOutput.write(Data(bytes))
        }
    }
}
