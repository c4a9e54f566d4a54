// Generated from the table of messages by `make gen`; do not edit.

import type { Answerer, CallOptions, Command, Listener, Unsubscribe } from '../calls.js';
import type {
  AlertShowEvent,
  AttemptById,
  AttemptReply,
  AuditListRequest,
  AuditListResponse,
  BarcodeData,
  BillSplitRequest,
  BillSplitResponse,
  BranchListResponse,
  BranchMenuCompareRequest,
  BranchMenuCompareResponse,
  BranchMenuGetRequest,
  BranchMenuGetResponse,
  BranchOrderFindRequest,
  BranchOrderFindResponse,
  BranchReportGetRequest,
  BranchReportGetResponse,
  CashReceiptCancelRequest,
  CashReceiptChangeEvent,
  CashReceiptListRequest,
  CashReceiptListResponse,
  CashReceiptReply,
  CashReceiptSendRequest,
  CatalogCategoryAddRequest,
  CatalogCategoryUpdateRequest,
  CatalogExportCreateRequest,
  CatalogImportApplyRequest,
  CatalogImportApplyResponse,
  CatalogImportBadRowsRequest,
  CatalogImportPreviewRequest,
  CatalogImportPreviewResponse,
  CatalogItemAddRequest,
  CatalogItemAdjustStockRequest,
  CatalogItemBeforeAddFillRequest,
  CatalogItemBeforeAddFillResponse,
  CatalogItemBeforeAddListResponse,
  CatalogItemFindRequest,
  CatalogItemFindResponse,
  CatalogItemOptionAddRequest,
  CatalogItemOptionSetChoiceStateRequest,
  CatalogItemOptionUpdateRequest,
  CatalogItemPageRequest,
  CatalogItemPageResponse,
  CatalogItemSetStateRequest,
  CatalogItemUpdateRequest,
  CatalogPictureAddRequest,
  CatalogPictureAddResponse,
  CategoryById,
  CategoryReply,
  CommandGetRequest,
  CommandGetResponse,
  CustomerDisplayChangeEvent,
  CustomerDisplayGetResponse,
  DeviceClaimRequest,
  DeviceClaimResponse,
  DeviceListResponse,
  DevicePairRequest,
  DevicePairResponse,
  DeviceRevokeRequest,
  DownloadReply,
  DraftOrderAddDiscountRequest,
  DraftOrderAddItemDiscountRequest,
  DraftOrderListHeldResponse,
  DraftOrderResumeRequest,
  DraftOrderSubmitRequest,
  DraftOrderUpdateDiningOptionRequest,
  DraftOrderUpdateRequest,
  DraftReply,
  EventListRequest,
  EventListResponse,
  HallAddRequest,
  HallChangeEvent,
  HallReply,
  HallUpdateRequest,
  HeldDraftOrderChangeEvent,
  HostedPluginChangeEvent,
  HostedPluginListResponse,
  InstallData,
  ItemById,
  ItemReply,
  KdsBoardChangeEvent,
  KdsBoardGetRequest,
  KdsBoardGetResponse,
  KdsOrderItemAcknowledgeRequest,
  KdsOrderItemBumpRequest,
  KdsOrderItemFireResponse,
  KdsOrderItemPrioritizeRequest,
  KdsOrderItemRecallRequest,
  KdsOrderItemRemakeRequest,
  KdsStationDeleteRequest,
  KdsStationListResponse,
  KdsStationSaveRequest,
  KdsStationSaveResponse,
  KitchenOrderData,
  LayoutDeleteData,
  LockById,
  LockReply,
  MenuPushAddRequest,
  MenuPushGetRequest,
  MenuPushListResponse,
  NavigationShowEvent,
  NoticeEvent,
  OptionById,
  OptionReply,
  OrderAcceptRequest,
  OrderAddLineRequest,
  OrderById,
  OrderDeclineRequest,
  OrderFindRequest,
  OrderHistoryRequest,
  OrderHistoryResponse,
  OrderLockRequest,
  OrderRefundAmountRequest,
  OrderRemoveLineRequest,
  OrderReply,
  OrderReturnLineRequest,
  OrderSplitRequest,
  OrderSplitResponse,
  OrderSubmitRequest,
  OrderUpdateLineRequest,
  OrderUpdateRequest,
  OrderViewEvent,
  OrdersReply,
  PartyData,
  PartyReply,
  PaymentAttemptChangeEvent,
  PaymentAttemptListRequest,
  PaymentAttemptListResponse,
  PaymentAttemptResolveRequest,
  PaymentConfirmRefundRequest,
  PaymentMethodChangeEvent,
  PaymentMethodListRequest,
  PaymentMethodListResponse,
  PaymentMethodRemove,
  PaymentRefundChangeEvent,
  PaymentRefundListRequest,
  PaymentRefundListResponse,
  PaymentRefundPlanRequest,
  PaymentRefundPlanResponse,
  PaymentRefundResolveRequest,
  PaymentRefundResolveResponse,
  PaymentReply,
  PaymentStartRequest,
  PluginBudgetGetRequest,
  PluginBudgetGetResponse,
  PluginChangeEvent,
  PluginInspectResponse,
  PluginListResponse,
  PluginLogEvent,
  PluginLogListRequest,
  PluginLogListResponse,
  PluginOpenSessionRequest,
  PluginOpenSessionResponse,
  PluginReply,
  PluginReportRequest,
  PluginReportResponse,
  PluginRestartRequest,
  PluginSettingGetRequest,
  PluginSettingGetResponse,
  PluginSettingPressRequest,
  PluginSettingUpdateRequest,
  PluginSettingUpdateResponse,
  PluginStoppingEvent,
  PluginUninstallRequest,
  PluginUpdateRequest,
  PopupCloseEvent,
  PopupOpenRequest,
  PopupReply,
  PowerSaverChangeEvent,
  PushReply,
  ReceiptGetRequest,
  ReceiptGetResponse,
  ReconcileChangeEvent,
  ReconcileListRequest,
  ReconcileListResponse,
  RefundsReply,
  ReservationAddRequest,
  ReservationChangeEvent,
  ReservationData,
  ReservationListRequest,
  ReservationListResponse,
  ReservationReply,
  ReservationSeatRequest,
  SessionOpenRequest,
  SessionOpenResponse,
  SessionPingResponse,
  SettingButtonEvent,
  SettlementGetRequest,
  SettlementGetResponse,
  ShopDirectoryAddRequest,
  ShopDirectoryInviteRequest,
  ShopDirectoryInviteResponse,
  ShopDirectoryListResponse,
  ShopDirectoryResumeRequest,
  ShopDirectorySetGroupsRequest,
  ShopDirectorySuspendRequest,
  ShopReply,
  ShopSettingReply,
  ShopSettingUpdateRequest,
  SoundPlayEvent,
  StaffApproveRequest,
  StaffApproveResponse,
  StaffDeleteRequest,
  StaffListResponse,
  StaffLoginRequest,
  StaffLoginResponse,
  StaffSaveRequest,
  StaffSaveResponse,
  SubscribeRequest,
  SubscribeResponse,
  TableAddRequest,
  TableGroupRequest,
  TableLayoutReply,
  TableMergeRequest,
  TableMoveRequest,
  TableOrderReply,
  TableSeatRequest,
  TableSeatResponse,
  TableStatusChangeEvent,
  TableStatusListResponse,
  TableSwapRequest,
  TableUndoRequest,
  TableUngroupRequest,
  TableUpdateRequest,
  TablesReply,
  TerminalChangeEvent,
  TerminalListRequest,
  TerminalListResponse,
  TerminalRemoveRequest,
  TerminalSaveRequest,
  TerminalSaveResponse,
  TicketReply,
  ToastPressRequest,
  ToastShowEvent,
  WaitingAddRequest,
  WaitingChangeEvent,
  WaitingListResponse,
  WaitingModeChangeEvent,
  WaitingSeatRequest,
  WaitingSetModeRequest,
  WaitingSetModeResponse,
} from './types.js';

/** What the shop offers beyond the plugin SDK; each member needs its scope. */
export interface Extensions {
  alert: {
    show: {
      /** Draw a plugin's alert (`alert.show.event`) */
      on: (listener: Listener<AlertShowEvent>) => Promise<Unsubscribe>;
    };
  };
  audit: {
    /** The journal as an audit: who, when, where, what (SEC-2) (`audit.list.request`) */
    list: (data?: AuditListRequest, options?: CallOptions) => Promise<AuditListResponse>;
  };
  barcode: {
    /** A scan at this till (`barcode.scan.request`) */
    scan: (data: BarcodeData, options?: CallOptions) => Promise<void>;
  };
  bill: {
    /** Compute the parts of a bill (SPL-1 … SPL-3); `by` says which of the other keys is needed (`bill.split.request`) */
    split: (data: BillSplitRequest, options?: CallOptions) => Promise<BillSplitResponse>;
  };
  branch: {
    /** The shops within reach of whoever asks (`branch.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<BranchListResponse>;
  };
  branchMenu: {
    /** What a push would change in a shop (`branch-menu.compare.request`) */
    compare: (data: BranchMenuCompareRequest, options?: CallOptions) => Promise<BranchMenuCompareResponse>;
    /** A shop's menu (`branch-menu.get.request`) */
    get: (data: BranchMenuGetRequest, options?: CallOptions) => Promise<BranchMenuGetResponse>;
  };
  branchOrder: {
    /** Orders of several shops by number, state and time, the newest first (`branch-order.find.request`) */
    find: (data?: BranchOrderFindRequest, options?: CallOptions) => Promise<BranchOrderFindResponse>;
  };
  branchReport: {
    /** Sales and tenders of several shops by trading day (`branch-report.get.request`) */
    get: (data: BranchReportGetRequest, options?: CallOptions) => Promise<BranchReportGetResponse>;
  };
  cashReceipt: {
    /** Takes a receipt back, all that stands unless an amount is given (`cash-receipt.cancel.request`) */
    cancel: (data: CashReceiptCancelRequest & Command, options?: CallOptions) => Promise<CashReceiptReply>;
    /** Receipts of the till, newest first. states: of the issue or of a cancel; none = all.  orderId: of one order (`cash-receipt.list.request`) */
    list: (data?: CashReceiptListRequest, options?: CallOptions) => Promise<CashReceiptListResponse>;
    /** A receipt of the till was asked for, sent, issued, refused or taken back (`cash-receipt.change.event`) */
    on: (listener: Listener<CashReceiptChangeEvent>) => Promise<Unsubscribe>;
    /** A receipt for a payment taken in cash. identifier: none for SELF; kept and encoded masked (`cash-receipt.send.request`) */
    send: (data: CashReceiptSendRequest & Command, options?: CallOptions) => Promise<CashReceiptReply>;
  };
  catalogCategory: {
    /** A new category (`catalog-category.add.request`) */
    add: (data: CatalogCategoryAddRequest & Command, options?: CallOptions) => Promise<CategoryReply>;
    /** Delete a category that holds no items (`catalog-category.delete.request`) */
    delete: (data: CategoryById & Command, options?: CallOptions) => Promise<void>;
    /** Change a category (`catalog-category.update.request`) */
    update: (data: CatalogCategoryUpdateRequest & Command, options?: CallOptions) => Promise<CategoryReply>;
  };
  catalogExport: {
    /** The whole menu as a CSV or XLSX file (`catalog-export.create.request`) */
    create: (data: CatalogExportCreateRequest, options?: CallOptions) => Promise<DownloadReply>;
  };
  catalogImport: {
    /** Take in what was previewed, up to 250 items at a time (`catalog-import.apply.request`) */
    apply: (data: CatalogImportApplyRequest & Command, options?: CallOptions) => Promise<CatalogImportApplyResponse>;
    /** The rows of an import that are wrong, as a file with the reasons (`catalog-import.bad-rows.request`) */
    badRows: (data: CatalogImportBadRowsRequest, options?: CallOptions) => Promise<DownloadReply>;
    /** What an uploaded menu file would change; nothing is written (`catalog-import.preview.request`) */
    preview: (data: CatalogImportPreviewRequest, options?: CallOptions) => Promise<CatalogImportPreviewResponse>;
  };
  catalogItem: {
    /** A new item (`catalog-item.add.request`) */
    add: (data: CatalogItemAddRequest & Command, options?: CallOptions) => Promise<ItemReply>;
    /** Goods came, went or were counted (`catalog-item.adjust-stock.request`) */
    adjustStock: (data: CatalogItemAdjustStockRequest & Command, options?: CallOptions) => Promise<ItemReply>;
    /** Have a plugin fill in a new item; nothing is saved (`catalog-item.before-add-fill.request`) */
    beforeAddFill: (data: CatalogItemBeforeAddFillRequest, options?: CallOptions) => Promise<CatalogItemBeforeAddFillResponse>;
    /** Which plugins fill in a new item? (`catalog-item.before-add-list.request`) */
    beforeAddList: (data?: Record<string, never>, options?: CallOptions) => Promise<CatalogItemBeforeAddListResponse>;
    /** Take an item off the menu; it stays readable by id (`catalog-item.delete.request`) */
    delete: (data: ItemById & Command, options?: CallOptions) => Promise<void>;
    /** Items by barcode or text (`catalog-item.find.request`) */
    find: (data?: CatalogItemFindRequest, options?: CallOptions) => Promise<CatalogItemFindResponse>;
    /** The menu by pages, of a category or a search (`catalog-item.page.request`) */
    page: (data?: CatalogItemPageRequest, options?: CallOptions) => Promise<CatalogItemPageResponse>;
    /** Mark an item or price sold out, unavailable or on sale (`catalog-item.set-state.request`) */
    setState: (data: CatalogItemSetStateRequest & Command, options?: CallOptions) => Promise<ItemReply>;
    /** Change an item; orders made before keep what they had (`catalog-item.update.request`) */
    update: (data: CatalogItemUpdateRequest & Command, options?: CallOptions) => Promise<ItemReply>;
  };
  catalogItemOption: {
    /** A new option group (`catalog-item-option.add.request`) */
    add: (data: CatalogItemOptionAddRequest & Command, options?: CallOptions) => Promise<OptionReply>;
    /** Delete an option group; items that used it go without (`catalog-item-option.delete.request`) */
    delete: (data: OptionById & Command, options?: CallOptions) => Promise<void>;
    /** Mark a choice sold out or on sale (`catalog-item-option.set-choice-state.request`) */
    setChoiceState: (data: CatalogItemOptionSetChoiceStateRequest & Command, options?: CallOptions) => Promise<OptionReply>;
    /** Change an option group (`catalog-item-option.update.request`) */
    update: (data: CatalogItemOptionUpdateRequest & Command, options?: CallOptions) => Promise<OptionReply>;
  };
  catalogPicture: {
    /** Keep an uploaded picture for an item (`catalog-picture.add.request`) */
    add: (data: CatalogPictureAddRequest, options?: CallOptions) => Promise<CatalogPictureAddResponse>;
  };
  command: {
    /** The stored answer of a write whose reply was lost (PAY-7) (`command.get.request`) */
    get: (data: CommandGetRequest, options?: CallOptions) => Promise<CommandGetResponse>;
  };
  customerDisplay: {
    /** What the guest at this display's till sees (`customer-display.get.request`) */
    get: (data?: Record<string, never>, options?: CallOptions) => Promise<CustomerDisplayGetResponse>;
    /** The guest at this display's till sees something else (`customer-display.change.event`) */
    on: (listener: Listener<CustomerDisplayChangeEvent>) => Promise<Unsubscribe>;
  };
  device: {
    /** A new screen redeems a one-time code: once, within 5 minutes, throttled (`device.claim.request`) */
    claim: (data: DeviceClaimRequest, options?: CallOptions) => Promise<DeviceClaimResponse>;
    /** Paired devices and service tokens (`device.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<DeviceListResponse>;
    /** A token, shown once, and a one-time code for a new screen; never answered from memory (`device.pair.request`) */
    pair: (data: DevicePairRequest, options?: CallOptions) => Promise<DevicePairResponse>;
    /** Ends a token and closes its sessions (`device.revoke.request`) */
    revoke: (data: DeviceRevokeRequest & Command, options?: CallOptions) => Promise<void>;
  };
  draftOrder: {
    /** An order discount on the cart (`draft-order.add-discount.request`) */
    addDiscount: (data: DraftOrderAddDiscountRequest & Command, options?: CallOptions) => Promise<DraftReply>;
    /** A line discount on the cart (`draft-order.add-item-discount.request`) */
    addItemDiscount: (data: DraftOrderAddItemDiscountRequest & Command, options?: CallOptions) => Promise<DraftReply>;
    /** Puts the cart aside for any till (`draft-order.hold.request`) */
    hold: (data?: Command, options?: CallOptions) => Promise<DraftReply>;
    /** The carts that were put aside (`draft-order.list-held.request`) */
    listHeld: (data?: Record<string, never>, options?: CallOptions) => Promise<DraftOrderListHeldResponse>;
    /** Goes on with a cart that was put aside (`draft-order.resume.request`) */
    resume: (data: DraftOrderResumeRequest & Command, options?: CallOptions) => Promise<DraftReply>;
    /** The payment screen was left without paying; the cart may be changed again (`draft-order.stop-payment.request`) */
    stopPayment: (data?: Command, options?: CallOptions) => Promise<DraftReply>;
    /** Turns the cart into an OPENED order without paying, or adds it to one (`draft-order.submit.request`) */
    submit: (data?: DraftOrderSubmitRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Note, table and guests of the cart (`draft-order.update.request`) */
    update: (data?: DraftOrderUpdateRequest & Command, options?: CallOptions) => Promise<DraftReply>;
    /** How a line or the whole cart is eaten (`draft-order.update-dining-option.request`) */
    updateDiningOption: (data: DraftOrderUpdateDiningOptionRequest & Command, options?: CallOptions) => Promise<DraftReply>;
  };
  event: {
    /** Store events after a number, as far as the caller's scopes go (OFF-9) (`event.list.request`) */
    list: (data: EventListRequest, options?: CallOptions) => Promise<EventListResponse>;
  };
  hall: {
    /** A hall is added (`hall.add.request`) */
    add: (data: HallAddRequest & Command, options?: CallOptions) => Promise<HallReply>;
    /** A hall goes; refused while it holds tables (`hall.delete.request`) */
    delete: (data: LayoutDeleteData & Command, options?: CallOptions) => Promise<void>;
    /** A hall of the plan came, changed or went (`hall.change.event`) */
    on: (listener: Listener<HallChangeEvent>) => Promise<Unsubscribe>;
    /** A hall changes (`hall.update.request`) */
    update: (data: HallUpdateRequest & Command, options?: CallOptions) => Promise<HallReply>;
  };
  heldDraftOrder: {
    /** A cart was put aside or taken up again (`held-draft-order.change.event`) */
    on: (listener: Listener<HeldDraftOrderChangeEvent>) => Promise<Unsubscribe>;
  };
  hostedPlugin: {
    /** The plugins this till hosts (`hosted-plugin.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<HostedPluginListResponse>;
    /** A hosted plugin came, changed, left or is to restart (`hosted-plugin.change.event`) */
    on: (listener: Listener<HostedPluginChangeEvent>) => Promise<Unsubscribe>;
  };
  kdsBoard: {
    /** What one station's screen shows, or the expo's (`kds-board.get.request`) */
    get: (data?: KdsBoardGetRequest, options?: CallOptions) => Promise<KdsBoardGetResponse>;
    /** A ticket changed on a station's screen; without a number, never replayed (`kds-board.change.event`) */
    on: (listener: Listener<KdsBoardChangeEvent>) => Promise<Unsubscribe>;
  };
  kdsOrderItem: {
    /** A station's screen shows these tickets (`kds-order-item.acknowledge.request`) */
    acknowledge: (data: KdsOrderItemAcknowledgeRequest & Command, options?: CallOptions) => Promise<void>;
    /** Lines or the whole ticket are done (KDS-6, KDS-7) (`kds-order-item.bump.request`) */
    bump: (data: KdsOrderItemBumpRequest & Command, options?: CallOptions) => Promise<TicketReply>;
    /** Send a scheduled order now (KDS-9) (`kds-order-item.fire.request`) */
    fire: (data: KitchenOrderData & Command, options?: CallOptions) => Promise<KdsOrderItemFireResponse>;
    /** The expo hands a finished order to the guest (`kds-order-item.hand-over.request`) */
    handOver: (data: KitchenOrderData & Command, options?: CallOptions) => Promise<void>;
    /** Move a ticket to the front (`kds-order-item.prioritize.request`) */
    prioritize: (data: KdsOrderItemPrioritizeRequest & Command, options?: CallOptions) => Promise<TicketReply>;
    /** Bring a bumped ticket back (KDS-5) (`kds-order-item.recall.request`) */
    recall: (data: KdsOrderItemRecallRequest & Command, options?: CallOptions) => Promise<TicketReply>;
    /** Cook some of a line again, without charge (KDS-9) (`kds-order-item.remake.request`) */
    remake: (data: KdsOrderItemRemakeRequest & Command, options?: CallOptions) => Promise<TicketReply>;
  };
  kdsStation: {
    /** Close a station; the default one takes over what it had (`kds-station.delete.request`) */
    delete: (data: KdsStationDeleteRequest & Command, options?: CallOptions) => Promise<void>;
    /** The stations of the kitchen (KDS-3) (`kds-station.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<KdsStationListResponse>;
    /** Set up or edit a station (`kds-station.save.request`) */
    save: (data: KdsStationSaveRequest & Command, options?: CallOptions) => Promise<KdsStationSaveResponse>;
  };
  menuPush: {
    /** Gives the head office's menu, or a part of it, to shops (`menu-push.add.request`) */
    add: (data: MenuPushAddRequest & Command, options?: CallOptions) => Promise<PushReply>;
    /** What became of a push, shop by shop (`menu-push.get.request`) */
    get: (data: MenuPushGetRequest, options?: CallOptions) => Promise<PushReply>;
    /** The last pushes (`menu-push.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<MenuPushListResponse>;
  };
  navigation: {
    show: {
      /** Go to the page a plugin wants (`navigation.show.event`) */
      on: (listener: Listener<NavigationShowEvent>) => Promise<Unsubscribe>;
    };
  };
  notice: {
    /** The shop itself tells staff something (`notice.event`) */
    on: (listener: Listener<NoticeEvent>) => Promise<Unsubscribe>;
  };
  order: {
    /** Accept a requested order (`order.accept.request`) */
    accept: (data: OrderAcceptRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Lines to append; the only edit that may be rebased (OFF-5) (`order.add-line.request`) */
    addLine: (data: OrderAddLineRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** The customer is called; the state stays (ORD-9) (`order.call.request`) */
    call: (data: OrderById & Command, options?: CallOptions) => Promise<OrderReply>;
    /** The order was picked up (ORD-9) (`order.collect.request`) */
    collect: (data: OrderById & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Decline a requested order, with the reason the guest is told (`order.decline.request`) */
    decline: (data: OrderDeclineRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Search by number, table, key, item or amount (`order.find.request`) */
    find: (data?: OrderFindRequest, options?: CallOptions) => Promise<OrdersReply>;
    /** Who did what when to an order, from the journal (SEC-2) (`order.history.request`) */
    history: (data: OrderHistoryRequest, options?: CallOptions) => Promise<OrderHistoryResponse>;
    /** Take the payment lock of an order (OFF-6) (`order.lock.request`) */
    lock: (data: OrderLockRequest & Command, options?: CallOptions) => Promise<LockReply>;
    /** Goodwill (CAN-6). expectedVersion: of the order it was agreed on, so that nobody gives it twice (`order.refund-amount.request`) */
    refundAmount: (data: OrderRefundAmountRequest & Command, options?: CallOptions) => Promise<RefundsReply>;
    /** Take one line off (`order.remove-line.request`) */
    removeLine: (data: OrderRemoveLineRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Keep the payment lock for another lease (`order.renew-lock.request`) */
    renewLock: (data: LockById & Command, options?: CallOptions) => Promise<LockReply>;
    /** Goods come back (CAN-5). refundTo: id of the payment to refund first (`order.return-line.request`) */
    returnLine: (data: OrderReturnLineRequest & Command, options?: CallOptions) => Promise<RefundsReply>;
    /** Divide an order in two (SPL-5). num_guests: who go along; the others stay (TBL-8) (`order.split.request`) */
    split: (data: OrderSplitRequest & Command, options?: CallOptions) => Promise<OrderSplitResponse>;
    /** A REQUESTED order from an outside channel (ORD-3) (`order.submit.request`) */
    submit: (data: OrderSubmitRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Give the payment lock back (`order.unlock.request`) */
    unlock: (data: LockById & Command, options?: CallOptions) => Promise<void>;
    /** Changes to the order as a whole; absent keys stay (`order.update.request`) */
    update: (data: OrderUpdateRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    /** Changes to one line; absent keys stay (`order.update-line.request`) */
    updateLine: (data: OrderUpdateLineRequest & Command, options?: CallOptions) => Promise<OrderReply>;
    view: {
      /** The whole order after each commit (ORD-6); for screens, without `seq` (`order.view.event`) */
      on: (listener: Listener<OrderViewEvent>) => Promise<Unsubscribe>;
    };
  };
  payment: {
    /** A manager says whether the money of an EXTERNAL payment was returned. refunded: it was, unless false (`payment.confirm-refund.request`) */
    confirmRefund: (data: PaymentConfirmRefundRequest & Command, options?: CallOptions) => Promise<PaymentReply>;
    /** Begin taking money for an order. lockId: of the caller's own `order.lock`; partId: of `bill.split` (`payment.start.request`) */
    start: (data: PaymentStartRequest & Command, options?: CallOptions) => Promise<AttemptReply>;
  };
  paymentAttempt: {
    /** An attempt by id (`payment-attempt.cancel.request`) */
    cancel: (data: AttemptById & Command, options?: CallOptions) => Promise<AttemptReply>;
    /** An attempt by id (`payment-attempt.get.request`) */
    get: (data: AttemptById, options?: CallOptions) => Promise<AttemptReply>;
    /** Attempts, newest first. states, orderId: narrow (`payment-attempt.list.request`) */
    list: (data?: PaymentAttemptListRequest, options?: CallOptions) => Promise<PaymentAttemptListResponse>;
    /** An attempt began, ended or needs somebody (`payment-attempt.change.event`) */
    on: (listener: Listener<PaymentAttemptChangeEvent>) => Promise<Unsubscribe>;
    /** A manager, or who has a manager's approval, settles an attempt nobody knows the end of (`payment-attempt.resolve.request`) */
    resolve: (data: PaymentAttemptResolveRequest & Command, options?: CallOptions) => Promise<AttemptReply>;
  };
  paymentMethod: {
    /** The payment methods this till can use (`payment-method.list.request`) */
    list: (data?: PaymentMethodListRequest, options?: CallOptions) => Promise<PaymentMethodListResponse>;
    /** A payment method came or went (`payment-method.change.event`) */
    on: (listener: Listener<PaymentMethodChangeEvent>) => Promise<Unsubscribe>;
    /** A plugin takes its button away (`payment.method.remove`) */
    remove: (data: PaymentMethodRemove) => void;
  };
  paymentRefund: {
    /** Refunds, newest first. states, orderId: narrow (`payment-refund.list.request`) */
    list: (data?: PaymentRefundListRequest, options?: CallOptions) => Promise<PaymentRefundListResponse>;
    /** A plugin or terminal is asked to give money back, or that ended (`payment-refund.change.event`) */
    on: (listener: Listener<PaymentRefundChangeEvent>) => Promise<Unsubscribe>;
    /** What is to go back: units of a line, or an amount as goodwill, else all the order holds (`payment-refund.plan.request`) */
    plan: (data: PaymentRefundPlanRequest, options?: CallOptions) => Promise<PaymentRefundPlanResponse>;
    /** A manager decides about a part the card has not been given. id: of the refund (`payment-refund.resolve.request`) */
    resolve: (data: PaymentRefundResolveRequest & Command, options?: CallOptions) => Promise<PaymentRefundResolveResponse>;
  };
  plugin: {
    /** What a package would install (`plugin.inspect.request`) */
    inspect: (data: InstallData, options?: CallOptions) => Promise<PluginInspectResponse>;
    /** Install or update an uploaded package (`plugin.install.request`) */
    install: (data: InstallData & Command, options?: CallOptions) => Promise<PluginReply>;
    /** Installed plugins (`plugin.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<PluginListResponse>;
    /** A plugin was installed, changed, started or stopped (`plugin.change.event`) */
    on: (listener: Listener<PluginChangeEvent>) => Promise<Unsubscribe>;
    /** A short-lived token to host that plugin (`plugin.open-session.request`) */
    openSession: (data: PluginOpenSessionRequest, options?: CallOptions) => Promise<PluginOpenSessionResponse>;
    /** How a hosted plugin fares; answers when to start it again (`plugin.report.request`) */
    report: (data: PluginReportRequest, options?: CallOptions) => Promise<PluginReportResponse>;
    /** Stop it and start it again (`plugin.restart.request`) */
    restart: (data: PluginRestartRequest & Command, options?: CallOptions) => Promise<void>;
    stopping: {
      /** The plugin is about to be stopped (`plugin.stopping.event`) */
      on: (listener: Listener<PluginStoppingEvent>) => Promise<Unsubscribe>;
    };
    /** Remove a plugin, with its storage or without (`plugin.uninstall.request`) */
    uninstall: (data: PluginUninstallRequest & Command, options?: CallOptions) => Promise<void>;
    /** Switch on or off, roll back, change scopes, allow-list, tills (`plugin.update.request`) */
    update: (data: PluginUpdateRequest & Command, options?: CallOptions) => Promise<PluginReply>;
  };
  pluginBudget: {
    /** Calls against the SDK's rate limit (`plugin-budget.get.request`) */
    get: (data: PluginBudgetGetRequest, options?: CallOptions) => Promise<PluginBudgetGetResponse>;
  };
  pluginLog: {
    /** A plugin's console (`plugin-log.list.request`) */
    list: (data: PluginLogListRequest, options?: CallOptions) => Promise<PluginLogListResponse>;
    /** A new line of a plugin's console (`plugin-log.event`) */
    on: (listener: Listener<PluginLogEvent>) => Promise<Unsubscribe>;
  };
  pluginSetting: {
    /** A plugin's settings page, passwords masked (`plugin-setting.get.request`) */
    get: (data: PluginSettingGetRequest, options?: CallOptions) => Promise<PluginSettingGetResponse>;
    /** Press a button of a plugin's page (`plugin-setting.press.request`) */
    press: (data: PluginSettingPressRequest & Command, options?: CallOptions) => Promise<void>;
    /** Save a plugin's settings (`plugin-setting.update.request`) */
    update: (data: PluginSettingUpdateRequest & Command, options?: CallOptions) => Promise<PluginSettingUpdateResponse>;
  };
  popup: {
    close: {
      /** A popup is over, take it off the screen (`popup.close.event`) */
      on: (listener: Listener<PopupCloseEvent>) => Promise<Unsubscribe>;
    };
    open: {
      /** Answers `popup.open.request`: draw a plugin's popup and answer it */
      answer: (answerer: Answerer<PopupOpenRequest, PopupReply>) => Unsubscribe;
    };
  };
  powerSaver: {
    /** Keep this till's screen awake, or no longer (`power-saver.change.event`) */
    on: (listener: Listener<PowerSaverChangeEvent>) => Promise<Unsubscribe>;
  };
  receipt: {
    /** The receipt of an order (`receipt.get.request`) */
    get: (data: ReceiptGetRequest, options?: CallOptions) => Promise<ReceiptGetResponse>;
  };
  reconcile: {
    /** What is open, oldest first. standings: narrow.  after: `next` of the page before.  size: 50 unless given (`reconcile.list.request`) */
    list: (data?: ReconcileListRequest, options?: CallOptions) => Promise<ReconcileListResponse>;
    /** The list changed; read it again. total: how many are on it.  waiting: those that are not simply under way (`reconcile.change.event`) */
    on: (listener: Listener<ReconcileChangeEvent>) => Promise<Unsubscribe>;
  };
  reservation: {
    /** Tables are kept for a party (TBL-6) (`reservation.add.request`) */
    add: (data: ReservationAddRequest & Command, options?: CallOptions) => Promise<ReservationReply>;
    /** The party will not come (`reservation.cancel.request`) */
    cancel: (data: ReservationData & Command, options?: CallOptions) => Promise<ReservationReply>;
    /** The party is here (`reservation.check-in.request`) */
    checkIn: (data: ReservationData & Command, options?: CallOptions) => Promise<ReservationReply>;
    /** Reservations of a period (`reservation.list.request`) */
    list: (data: ReservationListRequest, options?: CallOptions) => Promise<ReservationListResponse>;
    /** The party did not come (`reservation.mark-no-show.request`) */
    markNoShow: (data: ReservationData & Command, options?: CallOptions) => Promise<ReservationReply>;
    /** A reservation was booked, checked in, seated, cancelled or missed (`reservation.change.event`) */
    on: (listener: Listener<ReservationChangeEvent>) => Promise<Unsubscribe>;
    /** The party sits down; its guests are the table's (`reservation.seat.request`) */
    seat: (data: ReservationSeatRequest & Command, options?: CallOptions) => Promise<ReservationReply>;
  };
  session: {
    /** First frame on WebSocket and stdio (`session.open.request`) */
    open: (data: SessionOpenRequest, options?: CallOptions) => Promise<SessionOpenResponse>;
    /** Liveness; clock drift (OFF-8) (`session.ping.request`) */
    ping: (data?: Record<string, never>, options?: CallOptions) => Promise<SessionPingResponse>;
  };
  setting: {
    button: {
      /** Staff pressed a button of the page (`setting.button.event`) */
      on: (listener: Listener<SettingButtonEvent>) => Promise<Unsubscribe>;
    };
  };
  settlement: {
    /** The cards of a trading day by our books and by the terminals; today unless said otherwise (`settlement.get.request`) */
    get: (data?: SettlementGetRequest, options?: CallOptions) => Promise<SettlementGetResponse>;
  };
  shopDirectory: {
    /** A new shop, reached under its name at once (`shop-directory.add.request`) */
    add: (data: ShopDirectoryAddRequest & Command, options?: CallOptions) => Promise<ShopReply>;
    /** A one-time code with which a browser becomes the owner's till of a shop (`shop-directory.invite.request`) */
    invite: (data: ShopDirectoryInviteRequest, options?: CallOptions) => Promise<ShopDirectoryInviteResponse>;
    /** The shops this head office keeps (`shop-directory.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<ShopDirectoryListResponse>;
    /** Serves a suspended shop again (`shop-directory.resume.request`) */
    resume: (data: ShopDirectoryResumeRequest & Command, options?: CallOptions) => Promise<ShopReply>;
    /** Which groups a shop is in (`shop-directory.set-groups.request`) */
    setGroups: (data: ShopDirectorySetGroupsRequest & Command, options?: CallOptions) => Promise<ShopReply>;
    /** Ends a shop's sessions and refuses everything; nothing is lost (`shop-directory.suspend.request`) */
    suspend: (data: ShopDirectorySuspendRequest & Command, options?: CallOptions) => Promise<ShopReply>;
  };
  shopSetting: {
    /** Business type, rounding, cut-off and the rest (`shop-setting.get.request`) */
    get: (data?: Record<string, never>, options?: CallOptions) => Promise<ShopSettingReply>;
    /** Changes settings; each field is checked (`shop-setting.update.request`) */
    update: (data: ShopSettingUpdateRequest & Command, options?: CallOptions) => Promise<ShopSettingReply>;
  };
  sound: {
    play: {
      /** Play a plugin's sound (`sound.play.event`) */
      on: (listener: Listener<SoundPlayEvent>) => Promise<Unsubscribe>;
    };
  };
  staff: {
    /** One-off approval by a manager; the write it allows names both people (SEC-1) (`staff.approve.request`) */
    approve: (data: StaffApproveRequest & Command, options?: CallOptions) => Promise<StaffApproveResponse>;
    /** Removes a person and ends their sign-ins (`staff.delete.request`) */
    delete: (data: StaffDeleteRequest & Command, options?: CallOptions) => Promise<void>;
    /** Who works here (`staff.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<StaffListResponse>;
    /** Adds the role's staff scopes to the session (SEC-1) (`staff.login.request`) */
    login: (data: StaffLoginRequest, options?: CallOptions) => Promise<StaffLoginResponse>;
    /** Drops the staff scopes (`staff.logout.request`) */
    logout: (data?: Record<string, never>, options?: CallOptions) => Promise<void>;
    /** Adds or changes a person; PINs are unique in the shop (SEC-1) (`staff.save.request`) */
    save: (data: StaffSaveRequest & Command, options?: CallOptions) => Promise<StaffSaveResponse>;
  };
  /** Narrows the pushes of this socket; replaces the earlier list (`subscribe.request`) */
  subscribe: (data: SubscribeRequest, options?: CallOptions) => Promise<SubscribeResponse>;
  table: {
    /** A table joins the plan; ids are never reused (TBL-5) (`table.add.request`) */
    add: (data: TableAddRequest & Command, options?: CallOptions) => Promise<TableLayoutReply>;
    /** A table leaves the plan; refused while somebody sits there (TBL-5) (`table.delete.request`) */
    delete: (data: LayoutDeleteData & Command, options?: CallOptions) => Promise<void>;
    /** Tables are used together (TBL-5) (`table.group.request`) */
    group: (data: TableGroupRequest & Command, options?: CallOptions) => Promise<TablesReply>;
    /** Two parties become one; with live payments the order moves alongside (TBL-2, TBL-3) (`table.merge.request`) */
    merge: (data: TableMergeRequest & Command, options?: CallOptions) => Promise<TableOrderReply>;
    /** The party moves to an empty table (TBL-1) (`table.move.request`) */
    move: (data: TableMoveRequest & Command, options?: CallOptions) => Promise<TableOrderReply>;
    /** Guests sit down without an order (TBL-7, TBL-8) (`table.seat.request`) */
    seat: (data: TableSeatRequest & Command, options?: CallOptions) => Promise<TableSeatResponse>;
    /** Two parties change places (`table.swap.request`) */
    swap: (data: TableSwapRequest & Command, options?: CallOptions) => Promise<TablesReply>;
    /** Takes a move or merge of this business day back (TBL-4) (`table.undo.request`) */
    undo: (data: TableUndoRequest & Command, options?: CallOptions) => Promise<TablesReply>;
    /** Tables of a group stand alone again (`table.ungroup.request`) */
    ungroup: (data: TableUngroupRequest & Command, options?: CallOptions) => Promise<TablesReply>;
    /** A table of the plan changes (`table.update.request`) */
    update: (data: TableUpdateRequest & Command, options?: CallOptions) => Promise<TableLayoutReply>;
  };
  tableStatus: {
    /** Derived status and figures of every table, with all its orders (TBL-6, TBL-9) (`table-status.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<TableStatusListResponse>;
    /** A table as it stands after a commit that touched it (`table-status.change.event`) */
    on: (listener: Listener<TableStatusChangeEvent>) => Promise<Unsubscribe>;
  };
  terminal: {
    /** The terminals, and how they are (`terminal.list.request`) */
    list: (data?: TerminalListRequest, options?: CallOptions) => Promise<TerminalListResponse>;
    /** A terminal was set up, edited or taken away; read the list again (`terminal.change.event`) */
    on: (listener: Listener<TerminalChangeEvent>) => Promise<Unsubscribe>;
    /** Take a terminal away (`terminal.remove.request`) */
    remove: (data: TerminalRemoveRequest & Command, options?: CallOptions) => Promise<void>;
    /** Set up or edit a terminal (`terminal.save.request`) */
    save: (data: TerminalSaveRequest & Command, options?: CallOptions) => Promise<TerminalSaveResponse>;
  };
  toast: {
    /** Somebody pressed a plugin's toast (`toast.press.request`) */
    press: (data: ToastPressRequest, options?: CallOptions) => Promise<void>;
    show: {
      /** Draw a plugin's toast (`toast.show.event`) */
      on: (listener: Listener<ToastShowEvent>) => Promise<Unsubscribe>;
    };
  };
  waiting: {
    /** A party joins the line (TBL-10) (`waiting.add.request`) */
    add: (data: WaitingAddRequest & Command, options?: CallOptions) => Promise<PartyReply>;
    /** The party's table is ready (`waiting.call.request`) */
    call: (data: PartyData & Command, options?: CallOptions) => Promise<PartyReply>;
    /** The party gives up waiting (`waiting.cancel.request`) */
    cancel: (data: PartyData & Command, options?: CallOptions) => Promise<PartyReply>;
    /** One place later in the line, at most twice (`waiting.defer.request`) */
    defer: (data: PartyData & Command, options?: CallOptions) => Promise<PartyReply>;
    /** Who waits, and whether the shop takes more (`waiting.list.request`) */
    list: (data?: Record<string, never>, options?: CallOptions) => Promise<WaitingListResponse>;
    /** The party was called and did not come (`waiting.mark-no-show.request`) */
    markNoShow: (data: PartyData & Command, options?: CallOptions) => Promise<PartyReply>;
    /** A party came, was called, seated, deferred or left (`waiting.change.event`) */
    on: (listener: Listener<WaitingChangeEvent>) => Promise<Unsubscribe>;
    /** The party sits down; its guests are the table's (`waiting.seat.request`) */
    seat: (data: WaitingSeatRequest & Command, options?: CallOptions) => Promise<PartyReply>;
    /** Whether new parties are taken (TBL-10) (`waiting.set-mode.request`) */
    setMode: (data: WaitingSetModeRequest & Command, options?: CallOptions) => Promise<WaitingSetModeResponse>;
  };
  waitingMode: {
    /** The list takes new parties, or no longer (TBL-10) (`waiting-mode.change.event`) */
    on: (listener: Listener<WaitingModeChangeEvent>) => Promise<Unsubscribe>;
  };
}
