package import EventLogs
package import Records
package import ThreeParty

/// A lack that a party can't score with: of a model, of keys, or of counts that fit.
package enum ScoringError: Error, Sendable, Hashable, CustomStringConvertible {
    case noModel(TopicPartition)
    case modelNotDealt(Digest32)
    case countsOfAnotherSpec
    case countsOfOtherTerms
    case countsOverPartitions
    case countsOfLostEpoch(UInt64)
    case countsDamaged
    case notOpenedAgain(TopicPartition, Int64)
    case noShare(Digest32, ShareGeneration)
    case countsOfLostGeneration(ShareGeneration)
    case noEpochKeys(KeyEpoch)

    package var description: String {
        switch self {
        case .noModel(let partition):
            "there are transactions on \(partition) before any model was activated; run `cordon model deal` first"
        case .modelNotDealt(let digest):
            "the active model \(digest) is not on \(Topics.manifests), or this party can't open its share"
        case .countsOfAnotherSpec:
            "the active model reads counts in other buckets, or of longer windows, than this party keeps: it needs a new "
                + "state, filled again from the log"
        case .countsOfOtherTerms:
            "this party's counts were begun for another consortium, in other buckets, or by another version of this program: remove "
                + "the counts at all three parties, they are filled again from the log"
        case .countsOfLostEpoch(let epoch):
            "this party's counts are of tokens of epoch \(epoch), and it has no factor from there to the present token key: "
                + "remove its counts, they are filled again from the log"
        case .countsDamaged:
            "this party's state names a token that is no point of the curve: remove its counts, they are filled again from the log"
        case .notOpenedAgain(let partition, let offset):
            "this party refuses now what it took of the batch from \(offset) on of \(partition) when that was decided: it has lost "
                + "keys, of sessions or of tokens, that its counts can't be filled without"
        case .noShare(let model, let generation):
            "this party has no share of the model \(model) in generation \(generation), which is in force: have the two other "
                + "parties deal to it anew"
        case .countsOfLostGeneration(let generation):
            "this party's counts are to come to generation \(generation) of shares, and its key is not here: have the two "
                + "other parties deal to it anew"
        case .noEpochKeys(let epoch):
            "this party has no private keys of epoch \(epoch), in which the batch is: they are not in its keystore, or were erased"
        case .countsOverPartitions:
            "a model that reads the consortium's counts needs \(Topics.sealed) and \(Topics.labels) with one partition each"
        }
    }
}
