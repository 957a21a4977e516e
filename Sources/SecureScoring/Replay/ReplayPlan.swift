import EventLogs
import Manifests
import Records

extension BatchPlan {
    /// The plan of computing one decision again: of the order, of one record, which stands for the row, and of the generation that
    /// the model's shares are of. All parties make the same of one order; no other batch has its digest, so no mask is drawn for
    /// two inputs.
    init(replaying order: ReplayOrder, epoch: KeyEpoch, shares: SharesInForce) {
        let body = Array("cordon/replay/plan/v1".utf8) + order.body
        self.init(
            partition: order.partition, range: order.offset..<order.offset + 1, repeats: [],
            records: [
                LogRecord(
                    position: Position(TopicPartition(Topics.sealed, order.partition), order.offset), key: nil,
                    value: body, headers: [], timestamp: 0)
            ], model: order.model, counted: order.agreed, shares: shares.digest, epoch: epoch)
    }
}
