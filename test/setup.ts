// Templates are validated by `cdk synth`; here it would cost each file of tests a second and a half.
process.env.CDK_VALIDATION = 'false';
