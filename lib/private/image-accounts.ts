import { RegionInfo } from 'aws-cdk-lib/region-info';

type AccountsByRegion = Readonly<Record<string, string>>;

// the accounts of AWS's images, as of 2026-08-21
// (https://github.com/aws/sagemaker-python-sdk/tree/a24812666d258d9d19c9a82d0c9385ca0bd3ba01/sagemaker-core/src/sagemaker/core/image_uri_config:
// pytorch.json and tensorflow.json agree; sklearn.json). The CDK knows the deep-learning ones of the other regions.
const DEEP_LEARNING_BEYOND_CDK: AccountsByRegion = {
  'af-south-1': '626614931356',
  'ap-northeast-3': '364406365360',
  'ap-southeast-5': '550225433462',
  'ap-southeast-7': '590183813437',
  'ca-west-1': '204538143572',
  'il-central-1': '780543022126',
  'mx-central-1': '637423239942',
  'us-gov-east-1': '446045086412',
  'us-gov-west-1': '442386744353',
};

const SCIKIT_LEARN: AccountsByRegion = {
  'af-south-1': '510948584623',
  'ap-east-1': '651117190479',
  'ap-northeast-1': '354813040037',
  'ap-northeast-2': '366743142698',
  'ap-northeast-3': '867004704886',
  'ap-south-1': '720646828776',
  'ap-south-2': '628508329040',
  'ap-southeast-1': '121021644041',
  'ap-southeast-2': '783357654285',
  'ap-southeast-3': '951798379941',
  'ap-southeast-4': '106583098589',
  'ca-central-1': '341280168497',
  'ca-west-1': '190319476487',
  'cn-north-1': '450853457545',
  'cn-northwest-1': '451049120500',
  'eu-central-1': '492215442770',
  'eu-central-2': '680994064768',
  'eu-north-1': '662702820516',
  'eu-south-1': '978288397137',
  'eu-south-2': '104374241257',
  'eu-west-1': '141502667606',
  'eu-west-2': '764974769150',
  'eu-west-3': '659782779980',
  'il-central-1': '898809789911',
  'me-central-1': '272398656194',
  'me-south-1': '801668240914',
  'sa-east-1': '737474898029',
  'us-east-1': '683313688378',
  'us-east-2': '257758044811',
  'us-gov-east-1': '237065988967',
  'us-gov-west-1': '414596584902',
  'us-iso-east-1': '833128469047',
  'us-isob-east-1': '281123927165',
  'us-isof-east-1': '108575199400',
  'us-isof-south-1': '124985052026',
  'us-west-1': '746614075791',
  'us-west-2': '246618743249',
};

const known = RegionInfo.regions.flatMap(({ name, dlcRepositoryAccount }) =>
  dlcRepositoryAccount ? [[name, dlcRepositoryAccount]] : [],
);

/**
 * In which account AWS keeps its images, by region. The two families have accounts of their own.
 */
export const IMAGE_ACCOUNTS = {
  DeepLearning: { ...DEEP_LEARNING_BEYOND_CDK, ...Object.fromEntries(known) } as AccountsByRegion,
  ScikitLearn: SCIKIT_LEARN,
};
