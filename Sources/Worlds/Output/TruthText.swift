import Records

/// The ground truth as CSV: the frauds of a world, which no bank gets to see.
package enum TruthText {
    package static let header = "id,fraud,scenario,typology,incident\n"

    /// One line a fraud.
    package static func lines(_ transactions: [SimulatedTransaction]) -> String {
        var text = ""
        for one in transactions where one.labelled.fraud {
            let name = one.typology?.rawValue ?? ""
            text += "\(one.labelled.transaction.id),1,\(one.labelled.scenario),\(name),\(one.incident)\n"
        }
        return text
    }
}
