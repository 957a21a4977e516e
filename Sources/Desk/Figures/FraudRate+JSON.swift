import Foundation
import Records

/// Fraud rates as a document for other programs: amounts as decimals of the consortium's currency, rates as parts of 1.
package struct FraudRateReport: Sendable, Codable, Hashable {
    package struct Rate: Sendable, Codable, Hashable {
        package struct Size: Sendable, Codable, Hashable {
            /// Amounts up to this one, included; nil for those above the last.
            package var upTo: String?
            package var value: String
            package var fraud: String
            package var rate: Double?
        }

        package struct Rule: Sendable, Codable, Hashable {
            package var fraud: String
            package var rate: Double?
            /// The highest exemption threshold whose reference rate is kept; nil where none is, or nothing was paid.
            package var threshold: String?
        }

        package var instrument: Instrument
        package var payments: Int64
        package var value: String
        package var byPaymentDate: Rule
        package var byRegistrationDate: Rule
        package var fraudByDeceivedPayers: String
        package var bySize: [Size]
        package var references: [String: Double]
    }

    package var quarter: String
    /// Whether the quarter is over; frauds of it may become known later all the same.
    package var isComplete: Bool
    package var rates: [Rate]
    package var valueWithoutChannel: String
    package var fraudWithoutChannel: String
    package var valueWithoutInstrument: String
    package var fraudWithoutInstrument: String

    /// - Parameter today: the day of UTC now, since 1970.
    package init(_ quarter: ReportPeriod, _ rates: FraudRates, today: Int64) {
        func decimal(_ sum: Int64) -> String { MinorUnits(sum).decimal }
        self.quarter = quarter.description
        isComplete = today > quarter.days.upperBound
        self.rates = rates.rates.map { rate in
            func rule(_ isByRegistration: Bool) -> Rate.Rule {
                let value = rate.rate(byRegistration: isByRegistration)
                return Rate.Rule(
                    fraud: decimal(isByRegistration ? rate.byRegistration : rate.byPayment), rate: value,
                    threshold: value.flatMap { rate.threshold(at: $0) }.map(decimal))
            }
            let references = zip(FraudRate.thresholds, FraudRate.references(rate.instrument))
            return Rate(
                instrument: rate.instrument, payments: rate.count, value: decimal(rate.all), byPaymentDate: rule(false),
                byRegistrationDate: rule(true), fraudByDeceivedPayers: decimal(rate.manipulated),
                bySize: rate.allBySize.indices.map { size in
                    Rate.Size(
                        upTo: size < FraudRate.thresholds.count ? decimal(FraudRate.thresholds[size]) : nil,
                        value: decimal(rate.allBySize[size]), fraud: decimal(rate.fraudBySize[size]),
                        rate: rate.rate(ofSize: size))
                }, references: Dictionary(uniqueKeysWithValues: references.map { (decimal($0), $1) }))
        }
        valueWithoutChannel = decimal(rates.withoutChannel)
        fraudWithoutChannel = decimal(rates.fraudWithoutChannel)
        valueWithoutInstrument = decimal(rates.withoutInstrument)
        fraudWithoutInstrument = decimal(rates.fraudWithoutInstrument)
    }

    package var json: [UInt8] { reportJSON(self) }
}

extension HalfYearReport {
    private struct Document: Encodable {
        var period: String
        var rows: [Row]
        var paymentsWithoutInstrument: Int64
        var fraudsWithoutInstrument: Int64
        var notFilled: [String]
    }

    /// The table with what it lacks.
    package var json: [UInt8] {
        reportJSON(
            Document(
                period: period.description, rows: rows, paymentsWithoutInstrument: unplaced,
                fraudsWithoutInstrument: unplacedFrauds, notFilled: Self.missing))
    }
}

/// For people and programs: the same document gives the same bytes.
private func reportJSON(_ document: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(document)).map { Array($0) + [10] } ?? []
}
