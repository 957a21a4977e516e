import Keys
package import Manifests
package import PipelineFiles
import Records

extension Roster {
    /// What roles work with in an epoch of keys: who takes part and by which terms is the agreement's, the keys are the epoch's,
    /// and the rest is this roster's.
    ///
    /// Members that left are in it no more; entries are in the agreement's order. A party's address is the agreement's, where that
    /// names one, else this roster's: it may be another from where each process stands.
    package func standing(_ agreement: ConsortiumAgreement, _ keys: EpochKeys) -> Roster {
        var parties: [PartyID: Cell.Party] = [:]
        for (id, party) in cell.parties {
            let address = agreement.parties[id]?.address
            let own = keys.parties[id]
            parties[id] = Cell.Party(
                id: id, host: address?.host ?? party.host, port: address?.port ?? party.port,
                hpke: own?.hpke ?? party.hpke, agreement: own?.agreement ?? party.agreement,
                identity: own?.identity ?? party.identity,
                certificate: own?.certificate.bytes ?? party.certificate)
        }
        var standing = Roster(
            consortium: consortium, epoch: keys.number.number, coordinator: agreement.coordinator, cell: Cell(parties),
            members: agreement.members.filter(\.takesPart).map { member in
                let own = keys.members[member.id]
                return Member(
                    id: member.id, identity: own?.identity ?? member.identity, hpke: own?.hpke ?? member.hpke,
                    budget: member.budget)
            }, eventTime: eventTime)
        standing.countLimit = countLimit
        standing.historyLimit = historyLimit
        standing.roundsScores = roundsScores
        standing.operators = agreement.operators.sorted { $0.key < $1.key }.map {
            Operator(id: $0.key, identity: $0.value)
        }
        standing.approvals = agreement.approvals
        standing.openings = agreement.openings
        return standing
    }

    /// What roles work with by a history: its newest epoch that three parties are ready for.
    package func standing(_ history: ConsortiumHistory) -> Roster {
        standing(history.effective.agreement, history.epochs.newest)
    }
}
